package io.sommelier.controller;

import java.time.Duration;

/**
 * The bounds of the window of idempotency keys. Immutable.
 *
 * @param window how long a key, and the reply under it, is remembered after its command ended, 1 s to 24 h
 * @param maxKeys the keys that are remembered at most, those of commands under way included, 1 to 10 million
 * @param maxKeptBytes the bytes of replies that are kept at most, 1 MiB to 1 TiB
 * @param maxKeptReplyBytes the bytes of one reply, above which it is not kept, 4 KiB to 1 GiB
 */
public record KeySettings(Duration window, int maxKeys, long maxKeptBytes, long maxKeptReplyBytes) {
    static final Duration LEAST_WINDOW = Duration.ofSeconds(1);
    static final Duration MOST_WINDOW = Duration.ofHours(24);
    static final int MOST_KEYS = 10_000_000;
    static final long LEAST_REPLY_BYTES = 4 << 10;
    static final long MOST_REPLY_BYTES = 1 << 30;

    /** What a key takes of the heap, beside its reply, is about a tenth of this. */
    private static final long HEAP_BYTES_PER_KEY = 2 << 10;

    /** Checks the ranges. */
    public KeySettings {
        ControllerSettings.inRange("keyWindow ms", window.toMillis(), LEAST_WINDOW.toMillis(), MOST_WINDOW.toMillis());
        ControllerSettings.inRange("maxKeys", maxKeys, 1, MOST_KEYS);
        ControllerSettings.inRange("maxKeptBytes", maxKeptBytes, 1 << 20, 1L << 40);
        ControllerSettings.inRange("maxKeptReplyBytes", maxKeptReplyBytes, LEAST_REPLY_BYTES, MOST_REPLY_BYTES);
    }

    /** Five minutes; a key for each 2 KiB of the heap; a sixteenth of the heap for replies; 64 KiB for one. */
    public static KeySettings defaults() {
        long heap = Runtime.getRuntime().maxMemory();
        return new KeySettings(
                Duration.ofMinutes(5),
                (int) Math.max(10_000, Math.min(4_000_000, heap / HEAP_BYTES_PER_KEY)),
                Math.max(1 << 20, heap / 16),
                64 << 10);
    }
}
