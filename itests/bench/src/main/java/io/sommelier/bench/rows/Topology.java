package io.sommelier.bench.rows;

import io.sommelier.bench.party.PartyProcess;
import io.sommelier.bench.party.Usage;
import io.sommelier.bench.party.Window;
import java.util.List;

/**
 * A requester, a process in the middle, and the process that answers, where that is another one.
 *
 * @param middle the controller or the relay
 * @param responders the process that answers, or nobody where the middle itself does
 * @param requester the process that sends
 */
record Topology(Middle middle, List<PartyProcess> responders, PartyProcess requester) implements Subject {
    Topology(Middle middle, PartyProcess responder, PartyProcess requester) {
        this(middle, List.of(responder), requester);
    }

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
        Usage used = middle.usage().plus(requester.usage());
        for (PartyProcess responder : responders) {
            used = used.plus(responder.usage());
        }
        return used;
    }

    @Override
    public Usage middleUsage() {
        return middle.usage();
    }
}
