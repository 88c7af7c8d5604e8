package io.sommelier.bench.rows;

import io.sommelier.bench.party.PartyProcess;
import io.sommelier.bench.party.Usage;
import io.sommelier.bench.party.Window;

/**
 * Three processes: a requester, one in the middle, and a responder.
 *
 * @param middle the controller or the relay
 * @param responder the process that answers
 * @param requester the process that sends
 */
record Topology(Middle middle, PartyProcess responder, PartyProcess requester) implements Subject {

    @Override
    public void start() {
        requester.ask("start");
    }

    @Override
    public void stop() {
        requester.ask("stop");
    }

    @Override
    public Window window() {
        return requester.window();
    }

    @Override
    public Usage usage() {
        return middle.usage().plus(responder.usage()).plus(requester.usage());
    }

    @Override
    public Usage middleUsage() {
        return middle.usage();
    }
}
