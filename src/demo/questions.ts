import { request } from "node:http";
import type { MadeUpPerson } from "../people/make-people.ts";

/** A question of the demo, what was expected of it, and what came. Without identity fields. */
export interface AskedQuestion {
  readonly asked: string;
  readonly status: number;
  /** `subject` of an answer, or the problem's code. */
  readonly outcome: string;
  readonly answers?: Readonly<Record<string, boolean | null>>;
  readonly asTold: boolean;
}

interface Question {
  readonly asked: string;
  readonly expected: string;
  readonly body: object;
  /** Loopback address to ask from. */
  readonly from?: string;
}

/** Two forms of one character, both in everyday use. */
export const VARIANT = { standard: "群", other: "羣" } as const;

/** Asks the story's questions, one of each kind, and tells what was answered. */
export async function askQuestions(
  apiUrl: string,
  token: string,
  { plain, variant }: { plain: MadeUpPerson; variant: MadeUpPerson },
  tell: (line: string) => void,
): Promise<AskedQuestion[]> {
  const base = {
    operator: "tax-042",
    operationCode: "V01",
    caseNumber: "113-社-000123",
    reason: "低收入戶資格審查",
    checks: ["resident", "indigenous", "elderlyLivingAlone"],
  };
  const subject = { nationalId: plain.nationalId, name: plain.name, birthDate: plain.birthDate };
  const questions: Question[] = [
    { asked: "a resident, by ID, name and birth date", expected: "match", body: { ...base, subject } },
    {
      asked: `the name written with a variant form (${VARIANT.standard} as ${VARIANT.other})`,
      expected: "variant",
      body: { ...base, subject: { nationalId: variant.nationalId, name: variant.name.replace(VARIANT.standard, VARIANT.other) } },
    },
    {
      asked: "the ID with another's name",
      expected: "noMatch",
      body: { ...base, subject: { nationalId: plain.nationalId, name: "王大同" } },
    },
    {
      asked: "a check that was not approved (disability)",
      expected: "check-out-of-scope",
      body: { ...base, subject, checks: ["resident", "disability"] },
    },
    { asked: "from an address that is not whitelisted", expected: "address-not-allowed", body: { ...base, subject }, from: "127.0.0.2" },
    { asked: "without a case number", expected: "case-number-required", body: { ...base, subject, caseNumber: undefined } },
  ];
  const results: AskedQuestion[] = [];
  for (const { asked, expected, body, from } of questions) {
    const started = performance.now();
    const answer = await post(`${apiUrl}/v1/verifications`, token, body, from);
    const outcome = answer.body.subject ?? answer.body.code ?? "unknown";
    const asTold = outcome === expected;
    const { answers } = answer.body;
    results.push({ asked, status: answer.status, outcome, ...(answers && { answers }), asTold });
    tell(
      `   ${asTold ? "✓" : "✗"} ${asked}: ${answer.status} ${outcome}${answers ? ` ${JSON.stringify(answers)}` : ""}  (${(performance.now() - started).toFixed(1)} ms)`,
    );
  }
  return results;
}

interface Answered {
  readonly status: number;
  readonly body: { readonly subject?: string; readonly code?: string; readonly answers?: Readonly<Record<string, boolean | null>> };
}

function post(url: string, token: string, body: object, from = "127.0.0.1"): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: "POST",
      localAddress: from,
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    });
    sent.once("error", reject);
    sent.once("response", (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.once("end", () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
    });
    sent.end(JSON.stringify(body));
  });
}
