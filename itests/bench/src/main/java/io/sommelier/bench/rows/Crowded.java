package io.sommelier.bench.rows;

import io.sommelier.bench.party.PartyProcess;
import io.sommelier.bench.party.Usage;
import io.sommelier.bench.party.Window;

/**
 * A side with so many other connections, which come before each load and go after it: so the same processes, equally
 * warm, are measured with few and with many.
 *
 * @param inner the side itself
 * @param crowd the process that holds the other connections
 * @param connections how many
 */
record Crowded(Subject inner, PartyProcess crowd, int connections) implements Subject {
    private static final long MOST_SETTLING_MILLIS = 1500;

    @Override
    public void start() {
        crowd.ask("open " + connections);
        settle();
        inner.start();
    }

    @Override
    public void stop() {
        inner.stop();
        crowd.ask("close");
        settle();
    }

    private void settle() {
        Pause.millis(Math.min(MOST_SETTLING_MILLIS, connections));
    }

    @Override
    public Window window() {
        return inner.window();
    }

    @Override
    public Usage usage() {
        return inner.usage();
    }

    @Override
    public Usage middleUsage() {
        return inner.middleUsage();
    }
}
