package io.sommelier.bench.core;

import io.sommelier.bench.party.Party;
import io.sommelier.plain.PlainController;
import java.util.Map;

/** The process in the middle. Thread-safe. */
public final class ControllerParty implements Party {
    /** More than any row needs, but for the requester and the responder. */
    private static final int MAX_CHANNELS = 20_000;

    private final PlainController controller;

    /** Listens. */
    public ControllerParty(String host, int port, int loops) {
        controller = PlainController.start(Map.of(
                "id",
                "bench",
                "host",
                host,
                "port",
                Integer.toString(port),
                "ioThreads",
                Integer.toString(loops),
                "maxChannels",
                Integer.toString(MAX_CHANNELS)));
    }

    @Override
    public int port() {
        return controller.port();
    }

    @Override
    public void close() {
        controller.close();
    }
}
