package io.sommelier.examples.demo;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Health;
import io.sommelier.connector.Connector;
import io.sommelier.connector.ConnectorBuilder;
import io.sommelier.connector.ConnectorState;
import io.sommelier.connector.ConnectorState.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** A connector that serves a target until it is stopped. */
public final class DemoConnector {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);
    private static final String USAGE = """
            Usage: connector TARGET [OPTIONS]

            Serves TARGET until it is stopped:
              pour    answers with what it got, as JSON
              slow    answers after a time:                 {"millis":300}
              count   streams lines, from one to a number:  {"to":5}
              fail    fails

            Options:
              --controller HOST:PORT   a controller to dial, 127.0.0.1:7007 where there is none; may be
                                       repeated, they are tried in order
              --listen HOST:PORT       listen to be dialled by a controller, instead
              --id ID                  the id of this connector; made up where there is none
              --down FILE              it is down as long as this file is there, for the reason that stands in it
              --help                   print this
            """;

    private final CountDownLatch over = new CountDownLatch(1);

    private DemoConnector() {}

    /** The program. Exits with 0 when it is stopped, 1 when a controller tells it to stay away, 2 when the arguments are wrong. */
    public static void main(String[] arguments) throws InterruptedException {
        Connector connector;
        DemoConnector demo = new DemoConnector();
        try {
            Arguments given =
                    Arguments.parse(arguments, Set.of("--controller", "--listen", "--id", "--down"), Set.of("--help"));
            if (given.has("--help")) {
                System.out.print(USAGE);
                return;
            }
            connector = demo.open(given);
        } catch (IllegalArgumentException | IllegalStateException problem) {
            System.err.println("connector: " + problem.getMessage());
            System.err.println("Try --help.");
            System.exit(2);
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> connector.close(CLOSE_LIMIT), "goodbye"));
        demo.over.await();
        System.exit(1);
    }

    private Connector open(Arguments given) {
        String target = given.positional(0, "TARGET");
        given.noMoreThan(1);
        String id = given.option("--id").orElseGet(() -> target + "-" + Arguments.randomSuffix());
        Optional<Path> down = given.option("--down").map(Path::of);
        ConnectorBuilder builder =
                DemoOperations.connector(target, id, () -> health(down)).onState(this::tell);
        given.options("--controller").forEach(builder::controller);
        given.option("--listen").ifPresent(address -> {
            int colon = address.lastIndexOf(':');
            builder.listenOn(address.substring(0, Math.max(0, colon)), Arguments.port(address.substring(colon + 1)));
        });
        Connector connector = builder.open();
        if (given.option("--listen").isPresent()) {
            System.out.println("listens on port " + connector.localPort());
        }
        return connector;
    }

    private static Health health(Optional<Path> down) throws IOException {
        boolean isUp = down.isEmpty() || !Files.exists(down.get());
        return isUp ? Health.up() : Health.down(Files.readString(down.get()).strip());
    }

    private void tell(ConnectorState state) {
        String why = state.goodbye().map(DemoConnector::text).orElse("");
        if (state.phase() == Phase.ACTIVE) {
            System.out.println("connected to " + state.welcome().orElseThrow().controllerId() + " at " + state.address()
                    + ", serves " + state.welcome().orElseThrow().targetId());
        } else if (state.phase() == Phase.LOST) {
            System.out.println("lost the controller, tries again: " + why);
        } else if (state.phase() == Phase.CLOSED) {
            System.out.println("ends: " + why);
            boolean stopped = state.goodbye().orElseThrow().reason() == CloseReason.NORMAL;
            if (!stopped) {
                over.countDown();
            }
        }
    }

    private static String text(Goodbye goodbye) {
        return goodbye.reason() + ", " + goodbye.message();
    }
}
