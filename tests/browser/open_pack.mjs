// Runs the script of a downtime pack as a browser does, with this runtime's own WebCrypto and a page of plain objects.
// node open_pack.mjs FILE TYPED...   prints a JSON list: for each TYPED what was said and what was shown.
import { readFileSync } from "node:fs";
import { webcrypto } from "node:crypto";
import vm from "node:vm";

const [file, ...typed] = process.argv.slice(2);
const html = readFileSync(file, "utf8");
const held = (id) => new RegExp(`<script id="${id}"[^>]*>([\\s\\S]*?)</script>`).exec(html)[1];
const script = /<script>([\s\S]*?)<\/script>/.exec(html)[1];

function element(tag) {
  const made = {
    tag, className: "", hidden: false, disabled: false, value: "", children: [], heard: {},
    appendChild(child) { made.children.push(child); return child; },
    addEventListener(name, act) { made.heard[name] = act; },
    focus() {},
    get textContent() { return made.text ?? ""; },
    set textContent(text) { made.text = String(text); made.children = []; },
  };
  return made;
}

const byId = Object.fromEntries(
  ["outer", "typed", "open", "said", "bar", "print", "lock", "pages", "words", "stated", "sealed"].map((id) => [id, element(id)]),
);
for (const id of ["words", "stated", "sealed"]) { byId[id].textContent = held(id); }

const window = { crypto: webcrypto, TextDecoder, addEventListener() {}, print() {} };
const document = { getElementById: (id) => byId[id], createElement: element };
vm.runInNewContext(script, { window, document, atob, TextEncoder, TextDecoder, Uint8Array, JSON, Promise, Number, String });

const flat = (node) => [{ tag: node.tag, kind: node.className, text: node.textContent }, ...node.children.flatMap(flat)];
const told = [];
for (const text of typed) {
  byId.typed.value = text;
  byId.open.heard.click();
  while (byId.open.disabled) { await new Promise((resolve) => setTimeout(resolve, 5)); }
  told.push({
    said: byId.said.textContent,
    left: byId.typed.value,
    open: byId.outer.hidden,
    shown: byId.pages.children.flatMap(flat),
  });
  byId.lock.heard.click();
  if (byId.pages.children.length) { throw new Error("something is left after locking"); }
}
process.stdout.write(JSON.stringify(told));
