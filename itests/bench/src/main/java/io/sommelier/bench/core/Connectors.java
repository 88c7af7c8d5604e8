package io.sommelier.bench.core;

import io.sommelier.bench.party.Keys;
import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.Meter;
import io.sommelier.bench.party.Over;
import io.sommelier.bench.party.Party;
import io.sommelier.bench.party.Requester;
import io.sommelier.connector.Connector;
import io.sommelier.connector.ConnectorBuilder;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Requester and responder: connectors as a program would use them. */
public final class Connectors {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int CAPACITY = 4096;

    private Connectors() {}

    /**
     * Sends commands of that shape to a controller.
     *
     * @param durable whether each of them is to be on disk before it goes on
     */
    public static Requester requester(
            InetSocketAddress controller, Over over, Keys keys, LoadShape shape, boolean durable)
            throws InterruptedException {
        Meter meter = new Meter();
        if (over == Over.JSON) {
            return new Requester(new JsonLoad(controller, shape, meter), meter);
        }
        Connector connector = open(Connector.builder(Names.instance("requester", 0)), controller, over, keys);
        return new Requester(new CommandLoad(connector, shape, durable, meter, connector::close), meter);
    }

    /**
     * Answers the commands that come for the target of the shape's first responder.
     *
     * @param direct whether its handler runs on the I/O thread
     */
    public static Party responder(InetSocketAddress controller, Over over, Keys keys, LoadShape shape, boolean direct)
            throws InterruptedException {
        if (over == Over.JSON) {
            return new JsonResponder(controller, shape);
        }
        ConnectorBuilder builder = Connector.builder(Names.instance("responder", shape.firstResponder()))
                .serves(Names.target(shape.firstResponder()))
                .capacity(CAPACITY);
        if (direct) {
            builder.directHandler(Names.OPERATION, Answers.of(shape));
        } else {
            builder.handler(Names.OPERATION, Answers.of(shape));
        }
        return new Responder(open(builder, controller, over, keys));
    }

    private static Connector open(ConnectorBuilder builder, InetSocketAddress controller, Over over, Keys keys)
            throws InterruptedException {
        String hostAndPort = controller.getHostString() + ":" + controller.getPort();
        Connector connector = switch (over) {
            case TCP -> builder.controller(hostAndPort).open();
            case TLS -> builder.controller(hostAndPort).tls(keys.ofDialer()).open();
            default ->
                builder.controller("ws://" + hostAndPort + ControllerParty.PATH).open();
        };
        if (!connector.awaitActive(LIMIT)) {
            throw new IllegalStateException("not taken in by " + controller + ": " + connector.state());
        }
        return connector;
    }

    private record Responder(Connector connector) implements Party {
        @Override
        public int port() {
            return 0;
        }

        @Override
        public void close() {
            connector.close();
        }
    }
}
