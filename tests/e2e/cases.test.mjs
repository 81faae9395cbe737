// The shared cases through the Worker over HTTP.

import { after, before, describe, test } from "node:test";
import { workspace } from "../support/api.mjs";
import { assertCases, KINDS } from "../support/cases.mjs";
import { sharedWorker } from "../support/shared.mjs";

describe("the shared cases over HTTP", () => {
  let worker, space;

  before(async () => {
    worker = await sharedWorker();
    space = await workspace(worker);
  });
  after(() => worker?.stop());

  for (const kind of KINDS) {
    test(kind, () =>
      assertCases(kind, (input) =>
        space.team.expect(200, "POST", `/v1/preview/${kind}`, { body: input })));
  }
});
