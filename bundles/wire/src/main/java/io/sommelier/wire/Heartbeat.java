package io.sommelier.wire;

import java.util.ArrayDeque;

/** Pings, pongs and how long the peer has been silent. Each end asks at its own pace, so the two need not agree on one. Confined to the link's thread. */
final class Heartbeat {
    /** The most probes that wait for their answer. */
    static final int MAX_PROBES = 16;

    private final FrameWriter writer;
    private final long periodNanos;
    private final ArrayDeque<Probe> probes = new ArrayDeque<>();
    private long heardAtNanos;
    private long pingedAtNanos;
    private long token;

    private record Probe(long token, Runnable pong) {}

    Heartbeat(FrameWriter writer, long periodNanos) {
        this.writer = writer;
        this.periodNanos = periodNanos;
    }

    void start(long nowNanos) {
        heardAtNanos = nowNanos;
        pingedAtNanos = nowNanos;
    }

    void heard(long nowNanos) {
        heardAtNanos = nowNanos;
    }

    /** Whether two periods went by without a byte. */
    boolean isSilent(long nowNanos) {
        return nowNanos - heardAtNanos >= 2 * periodNanos;
    }

    /** Pings if it is time to. Returns whether it did. */
    boolean ping(long nowNanos) {
        if (nowNanos - pingedAtNanos < periodNanos) {
            return false;
        }
        pingedAtNanos = nowNanos;
        writePing();
        return true;
    }

    void probe(Runnable pong) {
        if (probes.size() < MAX_PROBES) {
            writePing();
            probes.add(new Probe(token, pong));
        }
    }

    private void writePing() {
        writer.begin(Frames.PING, 0, 0).u64(++token).end();
    }

    void receivePing(Frame frame) {
        frame.allowFlags(0);
        long asked = frame.u64();
        frame.end();
        writer.begin(Frames.PONG, 0, 0).u64(asked).end();
    }

    /** Pings are answered in order: the answer to one answers those before it. */
    void receivePong(Frame frame) {
        frame.allowFlags(0);
        long answered = frame.u64();
        frame.end();
        if (answered > token) {
            return; // nobody asked
        }
        while (!probes.isEmpty() && probes.peek().token <= answered) {
            probes.poll().pong.run();
        }
    }

    void stop() {
        probes.clear();
    }
}
