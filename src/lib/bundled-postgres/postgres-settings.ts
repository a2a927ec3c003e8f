// How the bundled PostgreSQL is set up: for a small machine, and never at the price of safety.

/** The settings that are passed on the command line, where they go before any file. */
export function postgresSettings(socketFolder: string, extra: Record<string, string> = {}): Record<string, string> {
  return {
    // No TCP at all: only who may enter the 0700 folder can knock, and then needs the password.
    listen_addresses: '',
    unix_socket_directories: `"${socketFolder.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    // Enough for all services of one process; each connection costs 2 to 10 MiB while it lives.
    max_connections: '100',
    // Taken up page by page, so an idle hub does not pay for it.
    shared_buffers: '128MB',
    // Reads by the process that wants the page: the three processes of the default cost 2 MiB and 10 ms of start.
    io_method: 'sync',
    // There is no logical replication: one process less.
    max_logical_replication_workers: '0',
    // Parallel queries want shared memory from /dev/shm, 64 MiB in a container, and more than the two cores of a small machine.
    max_parallel_workers_per_gather: '0',
    max_parallel_maintenance_workers: '0',
    // The queries are short: compiling them takes longer than running them.
    jit: 'off',
    // After each checkpoint a page is logged in full at its first change: rarer checkpoints write far less. A crash replays up to 1 GB.
    checkpoint_timeout: '15min',
    max_wal_size: '1GB',
    // Solid state: the default of 4 makes the planner shun indexes.
    random_page_cost: '1.1',
    // Ends the query of a client that was killed, instead of finishing it with its locks held.
    client_connection_check_interval: '5s',
    // The hub learns of errors itself. Statements and their details may quote secrets and personal data: keep them out of the log.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    ...extra,
    // Acknowledged means on disk: nothing may switch these off.
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
  }
}

/** The settings as arguments of the program `postgres`. */
export function settingArguments(settings: Record<string, string>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
