package io.sommelier.bench.core;

import io.netty.util.collection.IntObjectHashMap;
import io.sommelier.bench.party.Flight;
import io.sommelier.bench.party.Load;
import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.Meter;
import java.net.InetSocketAddress;

/** Keeps commands in flight in the JSON form: the answer to one sends the next, from the event loop. */
final class JsonLoad extends JsonClient implements Load {
    private final Flight flight = new Flight();
    private final IntObjectHashMap<Integer> slots = new IntObjectHashMap<>();
    private final LoadShape shape;
    private final Meter meter;
    private final String rest;
    private final long[] sentNanos;
    private int nextStream = 1;

    /** Dials; sends nothing yet. */
    JsonLoad(InetSocketAddress controller, LoadShape shape, Meter meter) throws InterruptedException {
        this.shape = shape;
        this.meter = meter;
        sentNanos = new long[shape.inFlight()];
        rest = ",\"operation\":\"" + Names.OPERATION + "\",\"target\":\"" + Names.target(shape.firstResponder())
                + "\",\"text\":\"" + "x".repeat(shape.payloadBytes()) + "\"}";
        open(controller, "{\"type\":\"hello\",\"instance\":\"" + Names.instance("requester", 0) + "\"}");
    }

    @Override
    public void start() {
        flight.open(shape.inFlight());
        onLoop(() -> {
            for (int slot = 0; slot < shape.inFlight(); slot++) {
                send(slot);
            }
            flush();
        });
    }

    private void send(int slot) {
        int stream = nextStream;
        nextStream += 2;
        slots.put(stream, Integer.valueOf(slot));
        sentNanos[slot] = System.nanoTime();
        write(COMMAND + stream + rest);
    }

    @Override
    void message(String text) {
        Integer slot = slots.remove(streamOf(text));
        if (!text.startsWith(COMPLETE) || slot == null) {
            meter.failed(text);
            flight.landed();
            return;
        }
        meter.answered(System.nanoTime() - sentNanos[slot]);
        if (flight.goOn()) {
            send(slot);
        }
    }

    @Override
    void closed() {
        meter.failed("the controller closed the connection");
    }

    @Override
    public void stop() throws InterruptedException {
        flight.close();
    }

    @Override
    public void close() {
        end();
    }
}
