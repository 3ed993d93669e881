import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { collectAllSeldom } from "../src/adapters/garbage-collection.ts";

// The least that a Hono service does with a JSON question: reads it and sends it back; in a process that is set up as the API's.
collectAllSeldom();
const app = new Hono();
app.post("*", async (c) => c.json(await c.req.json()));
serve({ fetch: app.fetch, hostname: "127.0.0.1", port: Number(process.argv.at(-1)) }, () => console.log("up"));
