// A small language model behind llama.cpp's own OpenAI-compatible server, on loopback.

import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { freePort } from "./worker.mjs";
import { until } from "./until.mjs";

/** Reading the model takes seconds; a machine that does other things as well needs more. */
const START_MS = 120_000;
const SERVER = fileURLToPath(new URL("llama.py", import.meta.url));

/** The server. Its model is Gemma 3 270M, whose answers are hardly better than chance: it proves the protocol. */
export class Llama {
  log = "";

  static async start() {
    const python = process.env.ASKWELL_MODEL_PYTHON;
    if (!python) throw new Error("run it by `cargo xtask test model`, which fetches the server and the model");
    const llama = new Llama();
    const port = await freePort();
    // The Worker needs a core as well: threads that wait for each other take all there are.
    const threads = Math.max(1, availableParallelism() - 1);
    llama.process = spawn(python, [SERVER, String(port), String(threads)], { stdio: ["ignore", "pipe", "pipe"] });
    process.on("exit", () => llama.process.kill("SIGKILL"));
    let gone = false;
    llama.process.once("exit", () => (gone = true));
    for (const stream of [llama.process.stdout, llama.process.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        llama.log += text;
      });
    }
    llama.url = `http://127.0.0.1:${port}/v1`;
    const there = () => gone || fetch(`${llama.url}/models`).then((answer) => answer.ok);
    await until("the model is read", there, START_MS).catch((error) => {
      throw new Error(`the model's server did not start:\n${llama.log}`, { cause: error });
    });
    if (gone) throw new Error(`the model's server ended:\n${llama.log}`);
    return llama;
  }

  async stop() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGKILL");
    await gone;
  }
}
