package io.sommelier.bench.party;

import java.util.List;

/**
 * The party that sends: {@code start} and {@code stop} its load, {@code window} answers what it saw since the last one.
 */
public final class Requester implements Party {
    private final Load load;
    private final Meter meter;

    /**
     * Has not started the load yet.
     *
     * @param load what it sends; closed with this
     * @param meter what the load tells its answers
     */
    public Requester(Load load, Meter meter) {
        this.load = load;
        this.meter = meter;
    }

    @Override
    public int port() {
        return 0;
    }

    /** Starts the load. */
    public void start() {
        load.start();
    }

    /** Stops it. */
    public void stop() throws InterruptedException {
        load.stop();
    }

    /** What was seen since the last call. */
    public Window window() {
        return meter.next();
    }

    @Override
    public String tell(String verb, List<String> words) throws Exception {
        switch (verb) {
            case "start" -> start();
            case "stop" -> stop();
            case "window" -> {
                return window().toLine();
            }
            default -> throw new IllegalArgumentException("a requester does not know '" + verb + "'");
        }
        return "";
    }

    @Override
    public void close() {
        load.close();
    }
}
