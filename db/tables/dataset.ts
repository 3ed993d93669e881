import type { Generated } from "kysely";

/** The tables of datasets, their imports and their keys. */
export interface DatasetTables {
  dataset: {
    dataset_id: number;
    dataset_code: string;
    dataset_name: string;
    owner_unit: string;
    kind: "household" | "list";
    encoding: "utf-8" | "big5";
    bad_rows_allowed: number;
    maximum_age_days: number;
    approved_from: string;
    approved_until: string;
    current_generation_id: number | null;
  };
  dataset_import: {
    import_id: string;
    dataset_id: number | null;
    file_name: string;
    file_sha256: Buffer;
    file_bytes: string;
    delivered_by: string;
    stage: ImportStage;
    received_at: Date;
    rows_read: Generated<string>;
    bad_rows: Generated<string>;
    rejection_code: string | null;
    rejected_lines: unknown;
    recipient_fingerprint: string | null;
    other_recipients: number | null;
    signer_fingerprint: string | null;
    signed_at: Date | null;
    as_of: string | null;
    quarantined_until: Date | null;
    file_found: boolean | null;
    finished_at: Date | null;
  };
  generation: {
    generation_id: Generated<number>;
    dataset_id: number;
    import_id: string;
    index_key_id: string;
    index_key_check: string;
    as_of: string | null;
    signed_at: Date | null;
    row_count: string | null;
    created_at: Date;
    switched_at: Date | null;
    dropped_at: Date | null;
  };
  delivery_key: {
    fingerprint: string;
    dataset_id: number;
    public_key: string;
    issued_by: string;
    issued_at: Date;
    expires_at: Date;
    private_half_found: boolean | null;
    destroyed_at: Date | null;
  };
  destruction_certificate: {
    certificate_id: string;
    object_key: string;
    import_id: string | null;
    destroyed_object: "delivery-file" | "delivery-key" | "generation";
    particulars: unknown;
    destroyed_at: Date;
    destroyed_by: string;
  };
  dataset_step: {
    step_id: Generated<string>;
    step_key: string;
    dataset_id: number | null;
    import_id: string | null;
    step: string;
    actor: string;
    particulars: unknown;
    taken_at: Date;
  };
}

/** Where an import stands. `quarantined` waits for the officer's decision; `imported` and `rejected` are ends, their file destroyed. */
export type ImportStage = "received" | "loading" | "loaded" | "switched" | "imported" | "quarantined" | "rejected";
