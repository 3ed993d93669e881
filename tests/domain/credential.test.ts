import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { credentialsMadeBy } from "../../src/domain/credential.ts";

describe("credentials that a system made by another", () => {
  const chain = [
    { credentialId: "a" },
    { credentialId: "b", replaces: "a" },
    { credentialId: "x" },
    { credentialId: "c", replaces: "b" },
    { credentialId: "d", replaces: "gone" },
  ];

  test("§3(5) are known by it, through any number of changes; what it was made by is not", () => {
    expect(credentialsMadeBy(chain, "a")).toEqual(["a", "b", "c"]);
    expect(credentialsMadeBy(chain, "b")).toEqual(["b", "c"]);
    expect(credentialsMadeBy(chain, "x")).toEqual(["x"]);
    expect(credentialsMadeBy(chain, "gone")).toEqual([]);
  });

  test("§3(5) whatever replaces whatever, are exactly those whose makers lead back to it", () => {
    const family = fc.array(fc.option(fc.nat(11), { nil: undefined }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(family, fc.nat(11), (makers, root) => {
        const credentials = makers.map((maker, place) => ({
          credentialId: String(place),
          ...(maker !== undefined && { replaces: String(maker) }),
        }));
        const found = credentialsMadeBy(credentials, String(root));
        expect(new Set(found).size).toBe(found.length);
        const leadsBack = (place: number): boolean => {
          for (let [at, steps] = [place, 0]; steps <= makers.length; steps += 1) {
            if (at === root) return true;
            const maker = makers[at];
            if (maker === undefined || maker >= makers.length) return false;
            at = maker;
          }
          return false;
        };
        const expected = root < makers.length ? makers.flatMap((_, place) => (leadsBack(place) ? [String(place)] : [])) : [];
        expect(found.toSorted()).toEqual(expected.toSorted());
      }),
    );
  });
});
