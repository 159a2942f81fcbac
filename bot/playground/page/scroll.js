// Keeps a scrolling column at its end while it grows, unless the reader has scrolled up; then a button says there is
// more below.

const NEAR_PX = 40;

export class Follower {
  constructor(scroller, content, button) {
    this.scroller = scroller;
    this.button = button;
    this.following = true;
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    button.addEventListener("click", () => this.toEnd());
    const observer = new ResizeObserver(() => this.following && this.toEnd());
    observer.observe(content);
    observer.observe(scroller);
  }

  toEnd() {
    this.following = true;
    this.button.hidden = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  // Something new stands at the end.
  grew() {
    if (this.following) this.toEnd();
    else this.button.hidden = false;
  }

  place() {
    return this.following ? null : this.scroller.scrollTop;
  }

  restore(place) {
    this.button.hidden = true;
    if (place === null || place === undefined) return this.toEnd();
    this.following = false;
    this.scroller.scrollTop = place;
    return undefined;
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.following = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (this.following) this.button.hidden = true;
  }
}
