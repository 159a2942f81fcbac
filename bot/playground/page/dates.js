// Times for people: Slack's date tokens, clocks, day names and "2 minutes ago". Always in the reader's time zone.

const DAY_MS = 86_400_000;
const format = (options) => {
  const made = new Intl.DateTimeFormat("en-US", { hourCycle: "h23", ...options });
  return (at) => made.format(at);
};

const time = format({ hour: "2-digit", minute: "2-digit" });
const timeSecs = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const short = format({ dateStyle: "medium" });
const month = format({ month: "long" });
const weekday = format({ weekday: "long" });
const numbers = (at) => [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, "0"));

function ordinal(number) {
  const teen = number % 100 >= 11 && number % 100 <= 13;
  return `${number}${teen ? "th" : (["th", "st", "nd", "rd"][number % 10] ?? "th")}`;
}

const long = (at) => `${month(at)} ${ordinal(at.getDate())}, ${at.getFullYear()}`;
const full = (at) => `${weekday(at)}, ${long(at)}`;

// "today" and its neighbours, or else what `otherwise` says.
function pretty(at, now, otherwise) {
  const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
  const days = Math.round((midnight(at) - midnight(now)) / DAY_MS);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days] ?? otherwise(at);
}

// docs.slack.dev, "Formatting text for app surfaces" (date formatting) and the rich text block's date element.
const TOKENS = {
  date_num: (at) => numbers(at).join("-"),
  date_slash: (at) => numbers(at).join("/"),
  date: long,
  date_short: short,
  date_long: full,
  date_long_full: full,
  date_pretty: (at, now) => pretty(at, now, long),
  date_short_pretty: (at, now) => pretty(at, now, short),
  date_long_pretty: (at, now) => pretty(at, now, full),
  day_divider_pretty: (at, now) => pretty(at, now, full),
  time,
  time_secs: timeSecs,
  ago: (at, now) => ago(at, now),
};

// The words for a moment, or null if it is none or a token is unknown; then Slack shows the fallback.
export function dateWords(epoch, pattern, now = new Date()) {
  const at = new Date(Number(epoch) * 1000);
  if (!epoch || Number.isNaN(at.getTime())) return null;
  const names = [...pattern.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  if (!names.length || names.some((name) => !(name in TOKENS))) return null;
  return pattern.replace(/\{(\w+)\}/g, (_, name) => TOKENS[name](at, now));
}

export function ago(at, now = new Date()) {
  const seconds = Math.round((now - at) / 1000);
  const units = [["day", 86_400], ["hour", 3600], ["minute", 60]];
  const [unit, length] = units.find(([, long]) => Math.abs(seconds) >= long) ?? ["", 0];
  if (!unit) return "just now";
  const count = Math.floor(Math.abs(seconds) / length);
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return seconds < 0 ? `in ${words}` : `${words} ago`;
}

export const moment = (ts) => new Date(Number(ts) * 1000);
export const clock = (ts) => time(moment(ts));
export const exactly = (ts) => `${full(moment(ts))} ${timeSecs(moment(ts))}`;
export const day = (ts) => numbers(moment(ts)).join("-");

export function dayName(ts, now = new Date()) {
  const words = pretty(moment(ts), now, full);
  return words[0].toUpperCase() + words.slice(1);
}
