/* Opens the pack in this page, with nothing but what the browser itself has: no network, nothing kept.
   Written for old browsers on purpose (Chromium 49, Firefox 52): no arrows, no async, nothing newer than promises. */
(function () {
  "use strict";
  var said = byId("said");
  var words = JSON.parse(byId("words").textContent);
  var stated = byId("stated").textContent;
  var about = JSON.parse(stated);

  function byId(id) { return document.getElementById(id); }

  function tell(key, found) {
    said.textContent = words[key].replace(/@found@/g, String(found));
  }

  function bytesOf(base64) {
    var raw = atob(base64.replace(/\s+/g, ""));
    var bytes = new Uint8Array(raw.length);
    for (var at = 0; at < raw.length; at += 1) { bytes[at] = raw.charCodeAt(at); }
    return bytes;
  }

  /* Whatever is no digit says nothing; full-width digits are digits. */
  function digitsOf(typed) {
    var digits = "";
    for (var at = 0; at < typed.length; at += 1) {
      var code = typed.charCodeAt(at);
      if (code >= 0xff10 && code <= 0xff19) { code -= 0xff10 - 0x30; }
      if (code >= 0x30 && code <= 0x39) { digits += String.fromCharCode(code); }
    }
    return digits;
  }

  /* ISO/IEC 7064, MOD 97-10. */
  function checks(digits) {
    var rest = 0;
    for (var at = 0; at < digits.length; at += 1) { rest = (rest * 10 + Number(digits.charAt(at))) % 97; }
    return rest === 1;
  }

  function decrypted(digits) {
    var subtle = window.crypto.subtle;
    var utf8 = new TextEncoder();
    return subtle.importKey("raw", utf8.encode(digits), "PBKDF2", false, ["deriveKey"]).then(function (typed) {
      var stretch = { name: "PBKDF2", hash: "SHA-256", salt: bytesOf(about.salt), iterations: about.rounds };
      return subtle.deriveKey(stretch, typed, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
    }).then(function (key) {
      var how = { name: "AES-GCM", iv: bytesOf(about.iv), additionalData: utf8.encode(stated), tagLength: 128 };
      return subtle.decrypt(how, key, bytesOf(byId("sealed").textContent));
    }).then(function (plain) {
      return JSON.parse(new TextDecoder("utf-8").decode(plain));
    });
  }

  /* What is shown is made of elements and texts, never of markup: a name cannot become a part of the page. */
  function add(parent, tag, kind, text) {
    var made = document.createElement(tag);
    if (kind) { made.className = kind; }
    if (text) { made.textContent = text; }
    parent.appendChild(made);
    return made;
  }

  function addLines(parent, lines) {
    lines.forEach(function (line) { add(parent, line[0] === "box" ? "span" : "div", line[0], line[1]); });
  }

  function addTable(parent, block, head) {
    var made = add(parent, "table", block.table);
    var widths = add(made, "colgroup");
    block.columns.forEach(function () { add(widths, "col"); });
    var top = add(made, "thead");
    var first = add(add(top, "tr"), "th", "head", head);
    first.colSpan = block.columns.length;
    var names = add(top, "tr");
    block.columns.forEach(function (name) { add(names, "th", "", name); });
    var body = add(made, "tbody");
    block.rows.forEach(function (row) {
      var line = add(body, "tr");
      row.forEach(function (cell) { addLines(add(line, "td"), cell); });
    });
  }

  function show(pack) {
    var pages = byId("pages");
    pack.pages.forEach(function (page) {
      var sheet = add(pages, "section");
      add(sheet, "h1", "", page.title);
      page.blocks.forEach(function (block) {
        if (block.heading) { add(sheet, "h2", "", block.heading); }
        if (block.table) { addTable(sheet, block, page.head); } else { addLines(sheet, block.lines); }
      });
    });
    byId("outer").hidden = true;
    byId("bar").hidden = false;
  }

  function forget() {
    byId("pages").textContent = "";
    byId("typed").value = "";
    byId("outer").hidden = false;
    byId("bar").hidden = true;
    said.textContent = "";
  }

  function ready() { byId("open").disabled = false; }

  function open() {
    if (!window.crypto || !window.crypto.subtle || !window.TextDecoder) { tell("old", ""); return; }
    var digits = digitsOf(byId("typed").value);
    if (digits.length !== about.digits) { tell("count", digits.length); return; }
    if (!checks(digits)) { tell("digit", ""); return; }
    tell("busy", "");
    byId("open").disabled = true;
    decrypted(digits).then(function (pack) {
      forget();
      show(pack);
    }, function () {
      tell("wrong", "");
    }).then(ready, ready);
  }

  byId("open").addEventListener("click", open);
  byId("typed").addEventListener("keydown", function (event) { if (event.keyCode === 13) { open(); } });
  byId("print").addEventListener("click", function () { window.print(); });
  byId("lock").addEventListener("click", forget);
  window.addEventListener("pagehide", forget);
  byId("typed").focus();
}());
