"use strict";
/*
 * A sewing-skills platform written with npm's TinCanJS, saying things in its own words.
 *
 * In (standard input): one JSON object with endpoint, key, secret, seed, until (last day, YYYY-MM-DD), statements
 * (how many to send) and learners (mailto: addresses).
 * Out (standard output): one JSON object a line, {"id": …, "statement": {…}}, for each Statement the store acknowledged.
 * Ends non-zero, with the store's answer on standard error, as soon as one is refused.
 *
 * Ids and times come from the seed, so that a second run sends the same Statements again and changes nothing.
 */
const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const TinCan = require("tincanjs");

const BATCH = 40;
const DAY = 24 * 60 * 60 * 1000;
const SITE = "http://khoahoc.mayvidu.example";
const VERBS = "http://adlnet.gov/expapi/verbs/";
const COURSES = [
  { id: "an-toan-may-may", vi: "An toàn khi vận hành máy may", en: "Operating a sewing machine safely" },
  { id: "doc-thong-so", vi: "Đọc bảng thông số kỹ thuật", en: "Reading a specification sheet" },
  { id: "tieng-anh-xuong-may", vi: "Tiếng Anh trong xưởng may", en: "English on the sewing floor" },
  { id: "tinh-dinh-muc-vai", vi: "Tính định mức vải", en: "Working out fabric consumption" },
  { id: "lua-dao-tren-mang", vi: "Nhận biết lừa đảo trên mạng", en: "Recognising online fraud" },
];

const order = JSON.parse(readFileSync(0, "utf8"));
const midnight = Date.parse(order.until + "T00:00:00+07:00");
const lrs = new TinCan.LRS({
  endpoint: order.endpoint,
  username: order.key,
  password: order.secret,
  allowFail: false,
});

/** A whole number below `below`, always the same for the same seed and words. */
function draw(below, ...words) {
  const digest = createHash("sha256").update([order.seed, "tincanjs", ...words].join("/")).digest();
  return Number(digest.readBigUInt64BE(0) % BigInt(below));
}

/** A version 4 UUID, always the same for the same seed and words. */
function uuid(...words) {
  const hex = createHash("sha256").update([order.seed, "tincanjs", ...words].join("/")).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), "4" + hex.slice(13, 16), "a" + hex.slice(17, 20), hex.slice(20, 32)].join("-");
}

function course(number) {
  const { id, vi, en } = COURSES[number];
  return {
    id: `${SITE}/courses/${id}`,
    definition: { type: "http://adlnet.gov/expapi/activities/course", name: { "vi-VN": vi, "en-US": en } },
  };
}

function question(number) {
  return {
    id: `${SITE}/courses/${COURSES[number].id}/questions/1`,
    definition: {
      type: "http://adlnet.gov/expapi/activities/cmi.interaction",
      name: { "vi-VN": "Câu hỏi cuối bài" },
      interactionType: "choice",
      correctResponsesPattern: ["b"],
      choices: [
        { id: "a", description: { "vi-VN": "Sai" } },
        { id: "b", description: { "vi-VN": "Đúng" } },
      ],
    },
  };
}

/** Statement `n`: a learner opens, answers, finishes or passes one of the courses. */
function statement(n) {
  const learner = order.learners[draw(order.learners.length, n, "learner")];
  const number = draw(COURSES.length, n, "course");
  const points = 4 + draw(7, n, "points");
  const at = midnight - draw(300, n, "day") * DAY + (19 * 60 + draw(150, n, "minute")) * 60 * 1000;
  const said = [
    { verb: { id: VERBS + "experienced", display: { "en-US": "experienced" } }, target: course(number) },
    {
      verb: { id: VERBS + "answered", display: { "en-US": "answered" } },
      target: question(number),
      result: { response: points > 6 ? "b" : "a", success: points > 6 },
    },
    {
      verb: { id: VERBS + "completed", display: { "en-US": "completed" } },
      target: course(number),
      result: { completion: true, duration: `PT${15 + draw(40, n, "length")}M` },
    },
    {
      verb: { id: VERBS + (points > 5 ? "passed" : "failed"), display: { "en-US": points > 5 ? "passed" : "failed" } },
      target: course(number),
      result: { score: { scaled: points / 10, raw: points, min: 0, max: 10 }, success: points > 5 },
    },
  ][draw(4, n, "said")];
  return new TinCan.Statement({
    id: uuid(n, "id"),
    timestamp: new Date(at).toISOString(),
    actor: { mbox: learner },
    context: { registration: uuid(learner, number, "registration"), platform: "Lớp học xưởng may", language: "vi-VN" },
    ...said,
  });
}

function voiding(of) {
  return new TinCan.Statement({
    id: uuid("voiding"),
    timestamp: new Date(midnight + 20 * 60 * 60 * 1000).toISOString(),
    actor: { mbox: "mailto:giaovien@mayvidu.example" },
    verb: { id: VERBS + "voided", display: { "en-US": "voided" } },
    target: { objectType: "StatementRef", id: of.id },
  });
}

/** Calls one of the library's callback-style methods. Rejects with the store's status and answer. */
function call(method, argument) {
  return new Promise((resolve, reject) => {
    lrs[method](argument, {
      callback: (error, xhr) => {
        if (error === null) resolve(xhr);
        else reject(new Error(`${method}: ${error} ${xhr ? xhr.responseText : ""}`));
      },
    });
  });
}

function report(statements) {
  for (const one of statements) {
    process.stdout.write(JSON.stringify({ id: one.id, statement: one.asVersion(lrs.version) }) + "\n");
  }
}

async function main() {
  const all = Array.from({ length: order.statements }, (_, n) => statement(n));
  const single = all.splice(0, Math.min(5, all.length));
  for (const one of single) {
    await call("saveStatement", one);
    report([one]);
  }
  for (let start = 0; start < all.length; start += BATCH) {
    const batch = all.slice(start, start + BATCH);
    await call("saveStatements", batch);
    report(batch);
  }
  const last = voiding(single[0]);
  await call("saveStatement", last);
  report([last]);
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
