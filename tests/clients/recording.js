"use strict";
/*
 * What the scripts here share, in node (require) and in a page (a script tag): telling which methods a client has and
 * which of them were called, and bytes as text.
 */

/** The names of all methods of an object, its own and inherited ones. */
function methodsOf(object) {
  const everyones = [Object.prototype, Function.prototype];
  const names = new Set();
  for (let each = object; each && !everyones.includes(each); each = Object.getPrototypeOf(each)) {
    for (const name of Object.getOwnPropertyNames(each)) {
      if (name !== "constructor" && typeof object[name] === "function") names.add(name);
    }
  }
  return [...names].sort();
}

/** The same object, whose methods note in `called` that they were called from outside. */
function recording(object, called) {
  return new Proxy(object, {
    get(target, name) {
      const value = target[name];
      if (typeof value !== "function") return value;
      return (...words) => {
        called.add(name);
        return value.apply(target, words);
      };
    },
  });
}

/** The bytes that a text in base64 stands for. */
function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Bytes as base64. */
function base64Of(bytes) {
  return btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""));
}

if (typeof module !== "undefined") module.exports = { methodsOf, recording, bytesOf, base64Of };
