package io.sommelier.bench;

/** How many event loops the process in the middle has, on both sides. */
final class Loops {
    private Loops() {}

    /** One for two cores. */
    static int count() {
        return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }
}
