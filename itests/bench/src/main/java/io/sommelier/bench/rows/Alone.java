package io.sommelier.bench.rows;

import io.sommelier.bench.party.PartyProcess;
import io.sommelier.bench.party.Usage;
import io.sommelier.bench.party.Window;

/**
 * One process that sends and answers by itself.
 *
 * @param process it
 */
record Alone(PartyProcess process) implements Subject {

    @Override
    public void start() {
        process.ask("start");
    }

    @Override
    public void stop() {
        process.ask("stop");
    }

    @Override
    public Window window() {
        return process.window();
    }

    @Override
    public Usage usage() {
        return process.usage();
    }

    @Override
    public Usage middleUsage() {
        return Usage.UNKNOWN;
    }
}
