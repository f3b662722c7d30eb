/**
 * Keeps the focus on the page: after a change of pages, and when what had the focus is gone, it goes
 * to the heading instead of to nowhere.
 */
export class Focus {
  #root;
  #last = null; // what had the focus
  #wanted = false; // another page is about to show
  #observer = new MutationObserver(() => this.#look());

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
  }

  start() {
    this.#root.addEventListener("focusin", this.#note);
    this.#observer.observe(this.#root, { childList: true, subtree: true });
  }

  stop() {
    this.#root.removeEventListener("focusin", this.#note);
    this.#observer.disconnect();
  }

  /** Another page shows: its heading gets the focus once it is there. */
  move() {
    this.#wanted = true;
  }

  #note = (event) => {
    this.#last = event.target;
  };

  #look() {
    const lost = this.#last && !this.#last.isConnected && document.activeElement === document.body;
    const heading = this.#root.querySelector("main h1");
    if (!heading || !(this.#wanted || lost)) return;
    this.#wanted = false;
    this.#last = null;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
}
