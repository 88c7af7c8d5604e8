package io.sommelier.conformance;

import java.time.Duration;

/** A controller whose steps a rule decides, and the connector that dials it. Confined to one thread. */
final class Kit implements AutoCloseable {
    static final Limits LIMITS = new Limits(64 << 10, 8 << 20, 8 << 10, 1 << 16);
    static final String TOKEN = "token-of-the-kit";

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration AGAIN_LIMIT = Duration.ofSeconds(30);
    private static final Duration STEP = Duration.ofMillis(200);

    private final Subject subject;
    private final Listener.Transport transport;
    private final Listener listener;
    private Peer active;

    /**
     * @param limit how long anything may take that has to come
     */
    Kit(Subject subject, Listener.Transport transport, Duration limit) {
        this.subject = subject;
        this.transport = transport;
        listener = new Listener(transport, limit);
    }

    /** A link that is active: the one of the rule before, if nothing was broken on it; else of a connector that has just been started. */
    Peer active() {
        if (active == null || active.hasEnded()) {
            active = dialled().welcome(LIMITS, TOKEN, new byte[0]);
            active.ping();
        }
        return active;
    }

    /** The same, for a rule that leaves it unusable. */
    Peer spent() {
        Peer peer = active();
        active = null;
        return peer;
    }

    /** The connector is started anew, and has connected; nothing was read yet. */
    Peer dialled() {
        subject.stop();
        active = null;
        listener.forget();
        subject.start(transport, listener.port());
        Peer peer = await(START_LIMIT);
        if (peer == null) {
            throw new NeverCame(subject.ended()
                    .orElse("it did not connect within %d s after its start".formatted(START_LIMIT.toSeconds())));
        }
        return peer;
    }

    /** The connector connects once more by itself. */
    Peer dialledAgain(String when) {
        Peer peer = await(AGAIN_LIMIT);
        if (peer == null) {
            throw new Broken("%s, instead of connecting %s"
                    .formatted(
                            subject.ended().orElse("it did nothing for %d s".formatted(AGAIN_LIMIT.toSeconds())),
                            when));
        }
        return peer;
    }

    /** The next connection; {@code null} when there is none in time, or the connector has ended. */
    private Peer await(Duration limit) {
        long until = System.nanoTime() + limit.toNanos();
        Peer peer = null;
        boolean goesOn = true;
        while (peer == null && goesOn) {
            goesOn = System.nanoTime() - until < 0 && subject.ended().isEmpty();
            peer = listener.next(STEP);
        }
        return peer;
    }

    /** It does not connect for a while. */
    void staysAway(Duration time) {
        Peer peer = listener.next(time);
        if (peer != null) {
            peer.drop();
            throw new Broken("it connected again, although it was told to stay away");
        }
    }

    /** How often it connects within a time, when each time it is dropped at once. */
    int dials(Duration time) {
        int count = 0;
        long until = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = until - System.nanoTime()) {
            Peer peer = listener.next(Duration.ofNanos(left));
            if (peer != null) {
                peer.drop();
                count++;
            }
        }
        return count;
    }

    void askToEnd() {
        subject.askToEnd();
    }

    /**
     * Looks at a rule; a link on which it was broken is not used again.
     *
     * @throws Broken when it is broken
     * @throws NotChecked when that cannot be seen
     * @throws NeverCame when there is nothing to look at
     */
    void look(Rule rule) {
        try {
            rule.check().run(this);
        } catch (Broken broken) {
            active = null;
            throw broken;
        }
    }

    @Override
    public void close() {
        subject.stop();
        listener.close();
    }
}
