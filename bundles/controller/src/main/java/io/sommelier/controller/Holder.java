package io.sommelier.controller;

/** Who has a command from its send queue on, as its entry sees it: a member, or the replay of a reply that was kept. Thread-safe; no method blocks. */
interface Holder {
    /** Passes credit on for a claimed command; as {@link io.sommelier.spi.Channel#credit}. */
    void credit(Pending entry, long bytes);

    /** The claimed command has ended otherwise; as {@link io.sommelier.spi.Channel#cancel}. */
    void cancel(Pending entry, String reason);

    /** The command has ended, or gone elsewhere: its place is free. */
    void release();
}
