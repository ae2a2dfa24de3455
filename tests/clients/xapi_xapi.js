"use strict";
/*
 * Every network method of npm's @xapi/xapi, in node.
 *
 * In (standard input): one JSON object, `order` of orders.py. Out (standard output): one JSON object with the
 * methods there are, those called, and what was read. Ends non-zero when something is refused that should not be.
 *
 * Faults of the library's own that are worked around here, in 3.0.3:
 * - its default adapter (axios, under node) sends a Blob as application/octet-stream whatever the headers say, so
 *   Statements with Attachments go through an adapter of ours, which the constructor takes;
 * - both its adapters read an answer as text, which spoils bytes that are not UTF-8: ours reads each byte as one
 *   character. Its reader of multipart answers then keeps the last line of a part, without blanks at either end: files
 *   here have one line;
 * - it leaves out the line break after each Attachment but the last; the server copes.
 */
const { readFileSync } = require("node:fs");
const XAPI = require("@xapi/xapi");
const { base64Of, bytesOf, methodsOf, recording } = require("./recording.js");

const order = JSON.parse(readFileSync(0, "utf8"));
const { activity, agent, registration, text } = order;
const called = new Set();
const settings = { endpoint: order.endpoint, auth: XAPI.toBasicAuth(order.key, order.secret), version: order.version };
const client = recording(new XAPI({ ...settings, adapter: order.adapter }), called);
const files = recording(new XAPI({ ...settings, adapter: byteByByte }), called);

/** An adapter as the library describes them, whose answers hold one character for each byte. */
async function byteByByte({ url, method, data, headers }) {
  const body = headers["Content-Type"] === "application/json" ? JSON.stringify(data) : data;
  const answer = await fetch(url, { method, body, headers });
  const read = Buffer.from(await answer.arrayBuffer());
  if (!answer.ok) throw new Error(read.toString());
  return { data: read.toString("latin1"), headers: Object.fromEntries(answer.headers), status: answer.status };
}

/** The store's refusal of what this promise asks for, or null when it was done. */
async function refusal(promise) {
  try {
    await promise;
    return null;
  } catch (error) {
    return error.response ? error.response.data : JSON.parse(error.message);
  }
}

/** What is answered, as text: an adapter may have read JSON already. */
async function textOf(promise) {
  const { data } = await promise;
  return typeof data === "string" ? data : JSON.stringify(data);
}

async function statements() {
  await client.sendStatement({ statement: order.single });
  const [given] = (await client.sendStatement({ statement: order.anonymous })).data;
  const posted = (await client.sendStatements({ statements: order.statements })).data;

  let page = (await client.getStatements({ activity, ascending: true, related_agents: true, agent })).data;
  const pages = [page.statements.map((one) => one.id)];
  while (page.more) {
    page = (await client.getMoreStatements({ more: page.more })).data;
    pages.push(page.statements.map((one) => one.id));
  }

  const parts = order.files.map((file) => bytesOf(file.content).buffer);
  await files.sendStatement({ statement: order.with_files, attachments: parts });
  await files.sendStatements({ statements: order.each_with_file, attachments: parts });
  const read = (await files.getStatement({ statementId: order.with_files.id, attachments: true })).data;
  const listed = (await files.getStatements({ verb: order.each_with_file[0].verb.id, attachments: true })).data;

  await client.voidStatement({ actor: agent, statementId: order.single.id });
  await client.voidStatements({ actor: agent, statementIds: order.statements.slice(0, 2).map((one) => one.id) });
  return {
    given,
    posted,
    pages,
    one: (await client.getStatement({ statementId: order.statements[2].id })).data,
    ids: (await client.getStatement({ statementId: order.statements[2].id, format: "ids" })).data,
    files: read.slice(1).map((part) => base64Of(Buffer.from(part, "latin1"))),
    files_of_list: listed.slice(1).map((part) => base64Of(Buffer.from(part, "latin1"))),
    voided: (await client.getVoidedStatement({ voidedStatementId: order.single.id })).data,
    gone: await refusal(client.getStatement({ statementId: order.single.id })),
    conflict: await refusal(client.sendStatement({ statement: { ...order.statements[2], verb: order.single.verb } })),
    invalid: await refusal(client.sendStatement({ statement: { ...order.single, id: "không phải UUID" } })),
  };
}

async function states() {
  const plain = { activityId: activity, agent, stateId: order.state };
  const registered = { ...plain, registration };
  const contentType = "text/plain; charset=utf-8";
  await client.setState({ ...plain, state: text, contentType });
  await client.setState({ ...registered, state: `${text} (${registration})`, contentType });
  const without_condition = await refusal(client.setState({ ...plain, state: text, contentType }));
  const etag = (await client.getState(plain)).headers.etag;
  await client.setState({ ...plain, state: `${text}!`, contentType, etag, matchHeader: "If-Match" });
  const stale = await refusal(client.setState({ ...plain, state: "?", contentType, etag, matchHeader: "If-Match" }));
  await client.createState({ ...plain, stateId: "json", state: { a: text } });
  await client.createState({ ...plain, stateId: "json", state: { b: 1 } });
  await files.setState({
    ...plain, stateId: "bytes", state: bytesOf(order.bytes), contentType: "application/octet-stream",
  });
  const results = {
    plain: await textOf(client.getState(plain)),
    registered: await textOf(client.getState(registered)),
    json: (await client.getState({ ...plain, stateId: "json" })).data,
    bytes: base64Of(Buffer.from((await files.getState({ ...plain, stateId: "bytes" })).data, "latin1")),
    ids: (await client.getStates({ activityId: activity, agent, since: order.since })).data,
    ids_registered: (await client.getStates({ activityId: activity, agent, registration })).data,
    without_condition,
    stale,
  };
  await client.deleteState({ ...plain, stateId: "bytes" });
  results.ids_after_delete = (await client.getStates({ activityId: activity, agent })).data;
  await client.deleteStates({ activityId: activity, agent, registration });
  results.ids_registered_after_delete = (await client.getStates({ activityId: activity, agent, registration })).data;
  return results;
}

/** One of the two kinds of profile; `about` is what it is a profile of. */
async function profiles(kind, about) {
  const profile = { ...about, profileId: order.profile };
  const create = { profile: { a: text }, matchHeader: "If-None-Match", etag: "*" };
  await client[`set${kind}Profile`]({ ...profile, ...create });
  const refused = await refusal(client[`set${kind}Profile`]({ ...profile, ...create }));
  const etag = (await client[`get${kind}Profile`](profile)).headers.etag;
  await client[`create${kind}Profile`]({ ...profile, profile: { b: 1 }, matchHeader: "If-Match", etag });
  const stale = await refusal(
    client[`set${kind}Profile`]({ ...profile, profile: {}, matchHeader: "If-Match", etag }),
  );
  const results = {
    merged: (await client[`get${kind}Profile`](profile)).data,
    ids: (await client[`get${kind}Profiles`]({ ...about, since: order.since })).data,
    refused,
    stale,
  };
  await client[`delete${kind}Profile`](profile);
  results.ids_after_delete = (await client[`get${kind}Profiles`](about)).data;
  return results;
}

async function main() {
  const results = {
    about: (await client.getAbout()).data,
    statements: await statements(),
    activity: (await client.getActivity({ activityId: activity })).data,
    person: (await client.getAgent({ agent: { mbox: agent.mbox } })).data,
    states: await states(),
    agent_profiles: await profiles("Agent", { agent }),
    activity_profiles: await profiles("Activity", { activityId: activity }),
  };
  const methods = [...methodsOf(new XAPI(settings)), ...methodsOf(XAPI)];
  process.stdout.write(JSON.stringify({ methods, called: [...called], results }));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n${JSON.stringify(error.response && error.response.data)}\n`);
  process.exitCode = 1;
});
