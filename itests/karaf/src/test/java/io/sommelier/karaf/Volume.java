package io.sommelier.karaf;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Payload;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicLong;

/** A handler that answers a gigabyte, and counts what it was asked for. Thread-safe. */
final class Volume {
    static final long BYTES = 1L << 30;

    private static final int PIECE = 64 << 10;

    private final Payload piece = Payload.copyOf(new byte[PIECE]);
    private final AtomicLong produced = new AtomicLong();

    /** The bytes that the stream that runs was asked for. */
    long produced() {
        return produced.get();
    }

    CommandHandler handler() {
        return CommandHandler.iterating(invocation -> {
            produced.set(0);
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return produced.get() < BYTES;
                }

                @Override
                public Payload next() {
                    produced.addAndGet(PIECE);
                    return piece;
                }
            };
        });
    }
}
