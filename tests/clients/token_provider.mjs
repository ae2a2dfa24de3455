/*
 * A provider of tokens: npm's oidc-provider, serving on this machine. Its client gets JWT access tokens (RFC 9068) for
 * itself (client_credentials), for the audience it asks for (RFC 8707).
 *
 * Told, as JSON in its argument: { client, secret, audience, scope, port }. Says "ready" once it serves.
 */

import http from "node:http";
import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";

const { client, secret, audience, scope, port } = JSON.parse(process.argv[2]);
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    { client_id: client, client_secret: secret, grant_types: ["client_credentials"], redirect_uris: [], response_types: [] },
  ],
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256" }] },
  scopes: scope.split(" "),
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({ audience, scope, accessTokenFormat: "jwt", accessTokenTTL: 300 }),
    },
  },
});

http.createServer(provider.callback()).listen(port, "127.0.0.1", () => console.log("ready"));
