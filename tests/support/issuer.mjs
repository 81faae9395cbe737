// Somebody who signs tokens, as an OpenID provider or Cloudflare Access does, and publishes the keys.

import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A token: `header.claims.signature`, by a function that signs bytes. */
export function token(header, claims, signer) {
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${signer(Buffer.from(signed)).toString("base64url")}`;
}

export const byRsa = (key) => (bytes) => sign("sha256", bytes, key);
export const byEc = (key) => (bytes) => sign("sha256", bytes, { key, dsaEncoding: "ieee-p1363" });
export const byHmac = (secret) => (bytes) => createHmac("sha256", secret).update(bytes).digest();

/** A key pair, with the public one as it is published. */
export function pair(kind, kid) {
  const { privateKey, publicKey } =
    kind === "rsa" ? generateKeyPairSync("rsa", { modulusLength: 2048 }) : generateKeyPairSync("ec", { namedCurve: "P-256" });
  const more = { kid, use: "sig", alg: kind === "rsa" ? "RS256" : "ES256", key_ops: ["verify"] };
  return { privateKey, publicKey, jwk: { ...publicKey.export({ format: "jwk" }), ...more } };
}

export class Issuer {
  static async start() {
    const issuer = new Issuer();
    issuer.rsa = pair("rsa", "r-1");
    issuer.ec = pair("ec", "e-1");
    issuer.keys = [{ kty: "OKP", crv: "Ed25519", x: "AA", kid: "o-1" }, issuer.rsa.jwk, issuer.ec.jwk];
    issuer.server = createServer((request, response) => {
      if (issuer.answer) return void response.writeHead(...issuer.answer).end();
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ keys: issuer.keys }));
    });
    await new Promise((resolve) => issuer.server.listen(0, "127.0.0.1", resolve));
    issuer.url = `http://127.0.0.1:${issuer.server.address().port}/keys`;
    return issuer;
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
