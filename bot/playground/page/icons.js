// Our own line icons, 20 × 20, drawn with the text's colour. Built as nodes: no markup is parsed.

const NS = "http://www.w3.org/2000/svg";
const SHAPES = {
  menu: ["M3 5.5h14M3 10h14M3 14.5h14"],
  close: ["M5 5l10 10M15 5L5 15"],
  hash: ["M8 3L6.5 17M13.5 3L12 17M3.5 7.5h13.5M3 12.5h13.5"],
  shared: ["M7 10h6", "M7.5 6.5H6a3.5 3.5 0 0 0 0 7h1.5", "M12.5 6.5H14a3.5 3.5 0 0 1 0 7h-1.5"],
  direct: ["M10 10a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 10 10z", "M3.8 16.6c.8-3 3.2-4.4 6.2-4.4s5.4 1.4 6.2 4.4"],
  reply: ["M3.5 4.5h13v9H9l-3.5 3v-3h-2z"],
  eye: ["M2 10s3-5 8-5 8 5 8 5-3 5-8 5-8-5-8-5z", "M10 12.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z"],
  send: ["M3 10l14-6-4.5 13-3-5.5z", "M9.5 11.5L17 4"],
  more: ["M4.5 10h.01M10 10h.01M15.5 10h.01"],
  outside: ["M8 5H4.5v10.5H15V12", "M11 4h5v5M16 4l-7 7"],
  image: ["M3 4h14v12H3z", "M3 13l4-4 4 4 2.5-2.5L17 14", "M13 7.5h.01"],
  file: ["M5 2.5h6.5L15 6v11.5H5z", "M11.5 2.5V6H15"],
  down: ["M10 4v11M5.5 10.5L10 15l4.5-4.5"],
  inspect: ["M7 6l-4 4 4 4M13 6l4 4-4 4M11.5 4l-3 12"],
  weather: ["M6 14.5a3.5 3.5 0 0 1 .4-7A4.6 4.6 0 0 1 15.3 8a3.3 3.3 0 0 1-.6 6.5z", "M8 17.5l.8-1.5M12 17.5l.8-1.5"],
  info: ["M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15z", "M10 9.2v4.3M10 6.4h.01"],
  warning: ["M10 3l8 14H2z", "M10 8v4M10 14.5h.01"],
  error: ["M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15z", "M7.5 7.5l5 5M12.5 7.5l-5 5"],
  check: ["M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15z", "M6.8 10.2l2.2 2.2 4.2-4.6"],
  people: ["M7.5 9.5a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6z", "M2.5 16c.5-2.8 2.4-4.2 5-4.2s4.5 1.4 5 4.2", "M12.5 4.2a2.7 2.7 0 0 1 0 5.1M14.2 12c1.8.5 3 1.8 3.3 4"],
};

export function icon(name, size = 18) {
  const svg = document.createElementNS(NS, "svg");
  const attributes = { viewBox: "0 0 20 20", width: size, height: size, class: "icon", "aria-hidden": "true", focusable: "false" };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  for (const shape of SHAPES[name]) {
    const path = document.createElementNS(NS, "path");
    path.setAttribute("d", shape);
    svg.append(path);
  }
  return svg;
}
