#pragma once

/// Names the calling thread; at most 15 bytes.
void martlet_name_current_thread(const char *name);

/// Blocks SIGINT, SIGTERM and SIGHUP for this thread and those it starts, and ignores SIGPIPE.
void martlet_block_stop_signals(void);

/// Waits for SIGINT, SIGTERM or SIGHUP and returns its number.
int martlet_wait_stop_signal(void);
