#!/bin/bash
# A throw-away PostgreSQL on a unix socket, for tests, benchmarks and `./wici demo`.
#
#   deploy/local/postgres.sh start DIR            prints its URL; nothing is synced to disk (tests)
#   deploy/local/postgres.sh start DIR --durable  the same with fsync and synchronous_commit on
#   deploy/local/postgres.sh standby DIR URL CONNINFO
#                                                 the same as a standby: copies the server of URL,
#                                                 then follows the one that CONNINFO reaches
#   deploy/local/postgres.sh promote DIR          makes a standby a primary
#   deploy/local/postgres.sh restart DIR          ends all its sessions, and is back with its data
#   deploy/local/postgres.sh kill DIR             kill -9 of all its processes; the data stays
#   deploy/local/postgres.sh stop DIR             stops it and deletes its data
#
# DIR is a directory that exists; it keeps the log and says where the data is: below /tmp, or below
# the directory that WICI_POSTGRES_DISK names. The server refuses to run as root: then it runs as the
# user `postgres` that Debian's package has made.
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

# Prints a new directory for the data of the server in DIR.
make_data() {
  local directory=$1 data
  [[ -d $directory ]] || die "no directory $directory"
  [[ ! -e $directory/postgres.data ]] || die "already started in $directory"
  # Directly below /tmp: the path of a socket is short, and the server's user may get there.
  data=$(mktemp -d "${WICI_POSTGRES_DISK:-/tmp}/wici-pg.XXXXXX")
  printf '%s\n' "$data" >"$directory/postgres.data"
  if ((EUID == 0)); then chown postgres "$data"; fi
  printf '%s\n' "$data"
}

start() {
  local directory=$1 durable=$2 bin data
  bin=$(programs)
  data=$(make_data "$directory")
  as_server "$bin/initdb" --pgdata="$data/db" --username=postgres --auth=trust --encoding=UTF8 \
    --locale=C.UTF-8 --no-sync >"$directory/postgres.log" 2>&1 || fail "$directory"
  {
    printf "listen_addresses = ''\nunix_socket_directories = '%s'\n" "$data"
    printf 'max_connections = 200\nshared_buffers = 128MB\nlog_min_messages = fatal\n'
    # Files beside the data: in /dev/shm they would outlive a server that is killed.
    printf 'dynamic_shared_memory_type = mmap\n'
    if ! $durable; then
      printf 'fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n'
    fi
  } | as_server tee -a "$data/db/postgresql.conf" >/dev/null
  serve "$directory" "$data"
}

standby() {
  local directory=$1 url=$2 conninfo=$3 bin data
  bin=$(programs)
  data=$(make_data "$directory")
  as_server "$bin/pg_basebackup" --dbname="$url" --pgdata="$data/db" --checkpoint=fast --no-sync \
    >"$directory/postgres.log" 2>&1 || fail "$directory"
  # What is said last holds.
  printf "unix_socket_directories = '%s'\nprimary_conninfo = '%s'\n" "$data" "$conninfo" |
    as_server tee -a "$data/db/postgresql.conf" >/dev/null
  as_server touch "$data/db/standby.signal"
  serve "$directory" "$data"
}

# Starts the server whose data is there, and prints its URL.
serve() {
  local directory=$1 data=$2
  as_server "$(programs)/pg_ctl" --pgdata="$data/db" --log="$data/log" --silent --wait \
    --timeout=60 start >>"$directory/postgres.log" 2>&1 || fail "$directory"
  printf 'postgresql://postgres@/postgres?host=%s\n' "$data"
}

promote() {
  as_server "$(programs)/pg_ctl" --pgdata="$(cat "$1/postgres.data")/db" --silent --wait \
    --timeout=60 promote >>"$1/postgres.log" 2>&1 || die "the standby in $1 was not promoted"
}

# In order: what a kill would lose without synchronous_commit is written first.
restart() {
  local data
  data=$(cat "$1/postgres.data")
  as_server "$(programs)/pg_ctl" --pgdata="$data/db" --log="$data/log" --silent --wait \
    --timeout=60 --mode=fast restart >>"$1/postgres.log" 2>&1 ||
    die "the server in $1 did not come back"
}

# The first is the postmaster; the others would see that it is gone, but not at once. Its segment of
# shared memory would stay for good: only a server that starts on the same data takes it away.
kill_all() {
  local data first segment
  data=$(cat "$1/postgres.data")
  first=$(head -n 1 "$data/db/postmaster.pid")
  segment=$(awk 'NR == 7 { print $2 }' "$data/db/postmaster.pid")
  kill -STOP "$first"  # it starts nobody while we look who is there
  # shellcheck disable=SC2046  # one word for each process
  kill -KILL "$first" $(ps -o pid= --ppid "$first") 2>/dev/null  # some end by themselves
  if [[ -n $segment ]]; then ipcrm --shmem-id "$segment"; fi
  rm -f "$data/db/postmaster.pid"
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
    [[ $data == /*/wici-pg.* ]] && rm -rf "$data"
  fi
  rm -f "$directory/postgres.data"
}

usage() {
  die "usage: postgres.sh start DIR [--durable] | standby DIR URL CONNINFO | promote|restart|kill|stop DIR"
}

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
    standby) (($# == 4)) || usage; standby "$2" "$3" "$4" ;;
    promote) promote "$2" ;;
    restart) restart "$2" ;;
    kill) kill_all "$2" ;;
    stop) stop "$2" ;;
    *) usage ;;
  esac
}

main "$@"
