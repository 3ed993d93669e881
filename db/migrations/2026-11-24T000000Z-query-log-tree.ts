import { type Kysely, sql } from "kysely";

/**
 * The log as a Merkle tree (clauses 4(1)5, 4(2)5): every entry has a place, without gaps, taken in the transaction that writes it; tiles hold the
 * tree's hashes (C2SP tlog-tiles) and stay when entries are disposed of; checkpoints are signed outside the database.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table query_log add column leaf_index bigint;
    update query_log set leaf_index = place from (
      select entry_id as id, asked_at as at, row_number() over (order by asked_at, entry_id) - 1 as place from query_log
    ) placed where entry_id = id and asked_at = at;
    alter table query_log alter column leaf_index set not null;
    create index on query_log (leaf_index);
    -- Who asked about one person, or for one case: found by keyed hashes. The day (in Taiwan) stands first so that what is being written touches one
    -- day's few pages, not a whole month's at random; a search that names no day skips from day to day.
    create index query_log_subject on query_log (((asked_at at time zone 'Asia/Taipei')::date), subject_index);
    create index query_log_case_number on query_log (((asked_at at time zone 'Asia/Taipei')::date), case_number_index);

    -- How many entries there are. Its row is locked by whoever appends, until the commit, so that places are consecutive and none is ever lost.
    create table log_head (
      singleton boolean primary key default true check (singleton),
      size bigint not null
    ) with (fillfactor = 10);
    insert into log_head (size) select count(*) from query_log;

    -- How much of the log the tiles hold; its row is locked by whoever makes the tree grow.
    create table log_tree (
      singleton boolean primary key default true check (singleton),
      size bigint not null
    );
    insert into log_tree (size) values (0);

    create table log_tile (
      level smallint not null,
      tile_index bigint not null,
      hashes bytea not null check (length(hashes) between 32 and 8192 and length(hashes) % 32 = 0),
      primary key (level, tile_index)
    );

    -- The last checkpoint of each day (in Taiwan) and origin, as a signed note.
    create table log_checkpoint (
      origin text not null,
      signed_on date not null,
      tree_size bigint not null,
      signed_note text not null,
      signed_at timestamptz not null,
      primary key (origin, signed_on)
    );

    -- The last checkpoint that each witness has cosigned, with its cosignature.
    create table log_cosignature (
      origin text not null,
      witness_name text not null,
      tree_size bigint not null,
      signed_note text not null,
      cosigned_at timestamptz not null,
      primary key (origin, witness_name)
    );

    -- A hash that is in a tile stays there: neither a mistake nor a worker that was taken over can rewrite the tree row by row.
    create function keep_log_tile() returns trigger language plpgsql set search_path = pg_catalog, public, pg_temp as $$
    begin
      if (new.level, new.tile_index) is distinct from (old.level, old.tile_index)
        or substring(new.hashes for length(old.hashes)) <> old.hashes then raise exception 'a tile only grows'; end if;
      return new;
    end $$;
    create trigger keep_log_tile before update on log_tile for each row execute function keep_log_tile();
    create function keep_log_size() returns trigger language plpgsql set search_path = pg_catalog, public, pg_temp as $$
    begin
      if new.size < old.size then raise exception 'the log only grows'; end if;
      return new;
    end $$;
    create trigger keep_log_size before update on log_tree for each row execute function keep_log_size();

    grant select, update (size) on log_head to platform_api;
    grant select on log_tree, log_tile, log_checkpoint, log_cosignature to platform_api;
    grant select on log_head to platform_worker;
    grant select, update (size) on log_tree to platform_worker;
    grant select, insert, update (hashes) on log_tile to platform_worker;
    grant select, insert, update (tree_size, signed_note, signed_at) on log_checkpoint to platform_worker;
    grant select, insert, update (tree_size, signed_note, cosigned_at) on log_cosignature to platform_worker;
  `.execute(db);
}
