#!/bin/bash
# A throw-away PostgreSQL on a unix socket, for tests, benchmarks and `./wici demo`.
#
#   deploy/local/postgres.sh start DIR            prints its URL; nothing is synced to disk (tests)
#   deploy/local/postgres.sh start DIR --durable  the same with fsync and synchronous_commit on
#   deploy/local/postgres.sh stop DIR             stops it and deletes its data
#
# DIR is a directory that exists; it keeps the log and says where the data is. The server refuses
# to run as root: then it runs as the user `postgres` that Debian's package has made.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }
die() { say "postgres.sh: $*"; exit 1; }

# Runs a command as the user of the server.
as_server() {
  if ((EUID == 0)); then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

programs() {
  local newest
  newest=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
  [[ -x $newest ]] || die "PostgreSQL is not installed: run ./wici setup"
  dirname "$newest"
}

start() {
  local directory=$1 durable=$2 bin data
  [[ -d $directory ]] || die "no directory $directory"
  [[ ! -e $directory/postgres.data ]] || die "already started in $directory"
  bin=$(programs)
  # Directly below /tmp: the path of a socket is short, and the server's user may get there.
  data=$(mktemp -d /tmp/wici-pg.XXXXXX)
  printf '%s\n' "$data" >"$directory/postgres.data"
  if ((EUID == 0)); then chown postgres "$data"; fi
  as_server "$bin/initdb" --pgdata="$data/db" --username=postgres --auth=trust --encoding=UTF8 \
    --locale=C.UTF-8 --no-sync >"$directory/postgres.log" 2>&1 || fail "$directory"
  {
    printf "listen_addresses = ''\nunix_socket_directories = '%s'\n" "$data"
    printf 'max_connections = 200\nshared_buffers = 128MB\nlog_min_messages = fatal\n'
    if ! $durable; then
      printf 'fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n'
    fi
  } | as_server tee -a "$data/db/postgresql.conf" >/dev/null
  as_server "$bin/pg_ctl" --pgdata="$data/db" --log="$data/log" --silent --wait --timeout=60 \
    start >>"$directory/postgres.log" 2>&1 || fail "$directory"
  printf 'postgresql://postgres@/postgres?host=%s\n' "$data"
}

# Shows why it did not start.
fail() {
  local directory=$1 data
  data=$(cat "$directory/postgres.data")
  tail -n 20 "$directory/postgres.log" >&2
  if [[ -f $data/log ]]; then tail -n 20 "$data/log" >&2; fi
  stop "$directory"
  die "PostgreSQL did not start"
}

stop() {
  local directory=$1 data
  [[ -e $directory/postgres.data ]] || return 0
  data=$(cat "$directory/postgres.data")
  if [[ -d $data ]]; then
    if [[ -f $data/db/postmaster.pid ]]; then
      as_server "$(programs)/pg_ctl" --pgdata="$data/db" --silent --wait --mode=immediate stop \
        >/dev/null 2>&1 || true
    fi
    [[ $data == /tmp/wici-pg.* ]] && rm -rf "$data"
  fi
  rm -f "$directory/postgres.data"
}

usage() { die "usage: postgres.sh start DIR [--durable] | stop DIR"; }

main() {
  (($# >= 2)) || usage
  case $1 in
    start)
      case ${3:-} in
        "") start "$2" false ;;
        --durable) start "$2" true ;;
        *) usage ;;
      esac
      ;;
    stop) stop "$2" ;;
    *) usage ;;
  esac
}

main "$@"
