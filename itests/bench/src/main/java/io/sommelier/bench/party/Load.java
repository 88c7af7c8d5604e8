package io.sommelier.bench.party;

/** Keeps a number of commands in flight: each answer sends the next one. One thread starts and stops it, in turn. */
public interface Load extends AutoCloseable {
    /** Sends the first commands. */
    void start();

    /**
     * Sends no more; returns when all are answered.
     *
     * @throws IllegalStateException when they are not answered in time
     */
    void stop() throws InterruptedException;

    @Override
    void close();
}
