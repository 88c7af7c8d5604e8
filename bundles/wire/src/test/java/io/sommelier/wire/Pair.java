package io.sommelier.wire;

import io.sommelier.api.Command;
import io.sommelier.api.Hello;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** A connector's and a controller's end back to back, with bytes that come in any pieces. */
final class Pair {
    final AtomicLong clock = new AtomicLong(-5_000_000_000L);
    final End connector;
    final End controller;
    private final Random random;

    private Pair(LinkSettings connectorSettings, LinkSettings controllerSettings, Hello hello, Random random) {
        this.random = random;
        connector = End.connector(connectorSettings, hello, clock);
        controller = End.controller(controllerSettings, clock);
    }

    /** Both ends active. */
    static Pair active() {
        return active(LinkSettings.defaults(), LinkSettings.defaults());
    }

    static Pair active(LinkSettings connector, LinkSettings controller) {
        return active(connector, controller, null);
    }

    static Pair active(LinkSettings connector, LinkSettings controller, Random random) {
        Pair pair = new Pair(connector, controller, End.HELLO, random);
        pair.start();
        pair.controller.link.welcome(End.WELCOME);
        pair.exchange();
        pair.connector.handler.events.clear();
        pair.controller.handler.events.clear();
        return pair;
    }

    /** Both ends started, the hello delivered and not answered. */
    static Pair asked(Hello hello) {
        Pair pair = new Pair(LinkSettings.defaults(), LinkSettings.defaults(), hello, null);
        pair.start();
        return pair;
    }

    private void start() {
        controller.link.start();
        connector.link.start();
        exchange();
    }

    /** Carries bytes both ways until neither end has anything to say. */
    void exchange() {
        boolean moved = true;
        while (moved) {
            moved = carry(connector, controller);
            moved |= carry(controller, connector);
        }
    }

    private boolean carry(End from, End to) {
        byte[] bytes = from.takeWritten();
        int at = 0;
        while (at < bytes.length) {
            int end = random == null ? bytes.length : Math.min(bytes.length, at + 1 + random.nextInt(97));
            to.receive(Arrays.copyOfRange(bytes, at, end));
            at = end;
        }
        return bytes.length > 0;
    }

    /** The controller's end sends a command, which has arrived. */
    OutStream sendDown(Command command, long credit) {
        OutStream stream = controller.link.send(command, command.ttlNanos(), credit, "src-1", "alice", 2, "down");
        exchange();
        return stream;
    }

    /** The connector's end sends a command, which has arrived. */
    OutStream sendUp(Command command, long credit) {
        OutStream stream = connector.link.send(command, command.ttlNanos(), credit, "", "", 1, "up");
        exchange();
        return stream;
    }

    void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    /** Closes what is open and sees to it that every buffer came back. */
    void assertNothingLeaks() {
        connector.link.socketClosed();
        controller.link.socketClosed();
        connector.allocator.assertAllReleased();
        controller.allocator.assertAllReleased();
    }
}
