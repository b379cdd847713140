// One dialog for everything the desk asks; what is refused is said inside it.
import { make, Problem } from "./net.js";

export class Dialog {
  constructor(element, texts) {
    this.element = element;
    this.texts = texts;
  }

  close() {
    this.element.close();
  }

  show(title, ...content) {
    this.told = make("div", { role: "status", "aria-live": "polite" });
    this.element.replaceChildren(make("h2", { id: "dialog-title" }, title), ...content, this.told);
    if (!this.element.open) this.element.showModal();
  }

  tell(kind, ...content) {
    this.told.replaceChildren(make("div", { class: kind }, ...content));
  }

  button(text, act, primary = false) {
    return make("button", { type: "button", class: primary ? "primary" : "", onclick: () => this.doing(act) }, text);
  }

  async doing(act) {
    const buttons = [...this.element.querySelectorAll("button")];
    for (const one of buttons) one.disabled = true;
    try {
      await act();
    } catch (error) {
      const said = error instanceof Problem ? `${error.message} ${error.detail}` : String(error.message || error);
      this.tell("alert", said);
    }
    for (const one of buttons) one.disabled = false;
  }

  cancel() {
    return make("button", { type: "button", onclick: () => this.close() }, this.texts.cancel);
  }

  ask(title, text, yes, act) {
    this.show(title, make("p", {}, text), make("p", { class: "row" }, this.button(yes, act, true), this.cancel()));
  }

  form(title, fields, yes, act, more = []) {
    const form = make("form", { class: "stack", method: "dialog" });
    for (const [label, input] of fields) form.append(make("label", {}, `${label} `, input));
    const others = more.map(([text, deed]) => this.button(text, deed));
    form.append(make("p", { class: "row" }, make("button", { class: "primary" }, yes), ...others, this.cancel()));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.doing(act);
    });
    this.show(title, form);
  }
}
