// What every canvas of the kit shares: sharp pixels, a redraw when size or theme change, one draw a frame.

/** A custom element around a canvas; a subclass has `paint(context, width, height)`. */
export class CanvasElement extends HTMLElement {
  canvas = document.createElement("canvas");
  #frame = 0;
  #observer = new ResizeObserver(() => this.redraw());
  #themed = () => this.redraw();

  connectedCallback() {
    if (!this.canvas.parentNode) this.build();
    this.#observer.observe(this.canvas.parentElement);
    document.addEventListener("themechange", this.#themed);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    document.removeEventListener("themechange", this.#themed);
    cancelAnimationFrame(this.#frame);
  }

  /** Puts the canvas, and what stands around it, into the element. */
  build() {
    this.append(this.canvas);
  }

  /** Draws again with the next frame. */
  redraw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.canvas.parentElement ?? {};
    if (!width || !height) return;
    const ratio = devicePixelRatio || 1;
    const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== across || this.canvas.height !== down) {
      this.canvas.width = across;
      this.canvas.height = down;
    }
    const context = this.canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    this.paint(context, width, height);
  }
}

/** The font of the page for a canvas. */
export function canvasFont(element, pixels, weight = 400) {
  return `${weight} ${pixels}px ${getComputedStyle(element).fontFamily}`;
}
