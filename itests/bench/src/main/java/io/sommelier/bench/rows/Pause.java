package io.sommelier.bench.rows;

/** Lets time go by. */
final class Pause {
    private Pause() {}

    /** @throws IllegalStateException when interrupted */
    static void millis(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
