package io.sommelier.transport.link;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Payload;
import io.sommelier.api.Reply;
import io.sommelier.api.Stage;
import io.sommelier.api.Target;
import io.sommelier.api.Welcome;
import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.connector.Connector;
import io.sommelier.connector.ConnectorBuilder;
import io.sommelier.connector.ConnectorState;
import io.sommelier.connector.ConnectorState.Phase;
import io.sommelier.controller.Controller;
import io.sommelier.controller.ControllerSettings;
import io.sommelier.controller.HealthSettings;
import io.sommelier.spi.HelloRefusedException;
import io.sommelier.spi.Mailbox;
import io.sommelier.spi.Transport;
import io.sommelier.testkit.Cable;
import io.sommelier.testkit.FixedCredentials;
import io.sommelier.testkit.MemberPlan;
import io.sommelier.testkit.RemoteMember;
import io.sommelier.testkit.RemoteWorld;
import io.sommelier.testkit.WatchedTransport;
import io.sommelier.testkit.WorldSettings;
import io.sommelier.wire.LinkSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntSupplier;
import org.awaitility.Awaitility;

/** A controller with a transport that listens, and real connectors, each with a cable between it and the controller. Thread-safe. */
public abstract class ConnectorWorld implements RemoteWorld {
    /** The wait between attempts to reach the other end. */
    protected static final Duration WAIT = Duration.ofMillis(10);

    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** What fills a socket that is not read; some of them are more than any system buffers. */
    private static final Payload FILLER = Payload.copyOf(new byte[4 << 20]);

    private static final int MOST_FILLERS = 16;
    private static final Duration PROBE = Duration.ofMillis(200);

    private final Controller controller;
    private final WatchedTransport transport;
    private final IntSupplier port;
    private final List<Line> lines = new CopyOnWriteArrayList<>();
    private final Map<String, Line> senders = new ConcurrentHashMap<>();
    private volatile Connector caller; // null before begin

    /**
     * Starts the controller and the transport.
     *
     * @param port where the transport listens, once it does
     */
    protected ConnectorWorld(WorldSettings settings, Transport transport, IntSupplier port) {
        this.transport = new WatchedTransport(transport);
        this.port = port;
        controller = new Controller(
                "controller-1",
                ControllerSettings.defaults()
                        .withKnownTargets(settings.knownTargets())
                        .withStreamIdle(settings.streamIdle())
                        .withProbeLimit(settings.probeLimit())
                        .withHealth(new HealthSettings(settings.healthPeriod(), 0, settings.healthTimeout(), 1)));
        controller.verifiers(settings.verifiers());
        controller.assigners(settings.assigners());
        controller.authorizers(settings.authorizers());
        controller.add(this.transport).toCompletableFuture().join();
    }

    /** Brings the caller to the controller, at whatever attempt; called once, when the world is made. */
    protected final void begin() {
        Line line = dial(
                Connector.builder("caller").credential(FixedCredentials.token("caller-secret")),
                Optional.empty(),
                LinkSettings.defaults());
        caller = line.connector;
        Awaitility.await()
                .atMost(LIMIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(caller::isActive);
    }

    // --- how connectors get there -----------------------------------------------------------------------------

    /** Says where a connector dials to get to a port of loopback, and by what means. */
    protected abstract void lead(ConnectorBuilder builder, int toPort, LinkSettings link);

    /** Whether the buffers of a cable get small while it is held; not where it must still pass megabytes after that, slowly. */
    protected abstract boolean cablesShrink();

    /** Sets a connector to its way to the controller, with a cable between them. */
    protected Line attach(ConnectorBuilder builder, LinkSettings link) {
        try {
            return dial(builder, Optional.of(new Cable(0, port.getAsInt(), cablesShrink())), link);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Line dial(ConnectorBuilder builder, Optional<Cable> cable, LinkSettings link) {
        lead(builder, cable.map(Cable::localPort).orElseGet(port::getAsInt), link);
        Watch watch = new Watch();
        Connector connector = builder.dialWait(WAIT, WAIT).onState(watch::see).open();
        return new Line(connector, cable, watch, true);
    }

    /** Remembers where a connector stood. Thread-safe. */
    protected static final class Watch {
        private volatile Goodbye goodbye; // null before the first

        /** One that has seen nothing. */
        public Watch() {}

        /** Takes a state; one that says that nobody was reached is no end of anything. */
        public void see(ConnectorState state) {
            boolean isUnreached = state.phase() == Phase.UNREACHED
                    && state.goodbye().orElseThrow().reason() == CloseReason.LOST;
            if (!isUnreached) {
                state.goodbye().ifPresent(said -> goodbye = said);
            }
        }
    }

    /** A connector, and the cable to it, where there is one; opened with this world, and closed with it. */
    protected final class Line {
        private final Connector connector;
        private final Optional<Cable> cable;
        private final Watch watch;
        private final boolean dials;

        /**
         * Makes it.
         *
         * @param watch hears of the states of the connector
         * @param dials whether the connector opens the socket, else the controller does
         */
        public Line(Connector connector, Optional<Cable> cable, Watch watch, boolean dials) {
            this.connector = connector;
            this.cable = cable;
            this.watch = watch;
            this.dials = dials;
            lines.add(this);
        }

        private Cable cable() {
            return cable.orElseThrow();
        }

        private void awaitWelcome() {
            Awaitility.await()
                    .atMost(LIMIT)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> connector.isActive() || watch.goodbye != null);
            if (!connector.isActive()) {
                Goodbye refusal = watch.goodbye; // before that of the close
                connector.close(Duration.ZERO);
                throw new HelloRefusedException(refusal);
            }
        }
    }

    // --- members and senders ----------------------------------------------------------------------------------

    @Override
    public RemoteMember member(MemberPlan plan) {
        Member member = connect(plan);
        member.line.awaitWelcome();
        return member;
    }

    @Override
    public Member connect(MemberPlan plan) {
        ConnectorBuilder builder = Connector.builder(plan.instance())
                .serves(plan.targetId())
                .attributes(plan.attributes())
                .capacity(plan.capacity())
                .threads(plan.threads())
                .queue(plan.queueCapacity())
                .credential(plan.credential());
        plan.handlers().forEach(plan.isDirect() ? builder::directHandler : builder::handler);
        return new Member(attach(builder, plan.link()), plan);
    }

    @Override
    public CommandSender sender(String instance) {
        try {
            Line line = dial(
                    Connector.builder(instance),
                    Optional.of(new Cable(0, port.getAsInt(), cablesShrink())),
                    LinkSettings.defaults());
            line.awaitWelcome();
            senders.put(instance, line);
            return line.connector;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void cutSender(String instance) {
        senders.get(instance).cable().cut();
    }

    /** A member, at the end of its line. */
    protected final class Member implements RemoteMember {
        private final Line line;
        private final MemberPlan plan;

        private Member(Line line, MemberPlan plan) {
            this.line = line;
            this.plan = plan;
        }

        @Override
        public CommandSender sender() {
            return line.connector;
        }

        @Override
        public Optional<Welcome> welcome() {
            return line.connector.state().welcome();
        }

        @Override
        public Optional<Goodbye> lastGoodbye() {
            return Optional.ofNullable(line.watch.goodbye);
        }

        @Override
        public void serve(String operation, CommandHandler handler) {
            if (plan.isDirect()) {
                line.connector.directHandler(operation, handler);
            } else {
                line.connector.handler(operation, handler);
            }
        }

        @Override
        public void stopServing(String operation) {
            line.connector.removeHandler(operation);
        }

        /**
         * Its socket is not read any more, and commands of megabytes fill all buffers before it. It is clogged when commands that come behind those are not claimed in their time, twice in a
         * row: the first may have found the buffers still growing.
         */
        @Override
        public void clog() {
            line.connector.handler(CLOG, CommandHandler.answering(invocation -> Payload.empty()));
            Awaitility.await().atMost(LIMIT).until(() -> stageOf(Command.to(self(), CLOG)) == null);
            hold();
            int unclaimed = 0;
            for (int tries = 0; unclaimed < 2; tries++) {
                if (tries == MOST_FILLERS) {
                    throw new AssertionError("the channel takes more than " + tries + " times " + FILLER);
                }
                if (unclaimed == 0) {
                    caller.send(Command.to(self(), CLOG).payload(FILLER).build());
                }
                boolean isUnclaimed = stageOf(Command.to(self(), CLOG).ttl(PROBE)) == Stage.SEND_QUEUE;
                unclaimed = isUnclaimed ? unclaimed + 1 : 0;
            }
        }

        private void hold() {
            try {
                line.cable().hold();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private Target self() {
            return new Target(plan.targetId(), plan.instance());
        }

        /** Where a command ended; {@code null} when it was answered. */
        private Stage stageOf(Command.Builder command) {
            CompletableFuture<Reply> result =
                    caller.send(command.build()).result().toCompletableFuture();
            try {
                result.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
                return null;
            } catch (ExecutionException failed) {
                return ((CommandException) failed.getCause()).error().stage();
            } catch (InterruptedException | TimeoutException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void unclog() {
            line.cable().release();
        }

        @Override
        public void silence() {
            hold();
            line.cable().silence();
        }

        @Override
        public void strand() {
            line.cable().strand(line.dials);
            line.cable().release();
        }

        @Override
        public void close() {
            line.connector.closeLater(Duration.ofSeconds(5));
        }

        @Override
        public void cut() {
            line.cable().cut();
        }
    }

    // --- the rest ---------------------------------------------------------------------------------------------

    @Override
    public CommandSender caller() {
        return caller;
    }

    @Override
    public String callerInstance() {
        return caller.instance();
    }

    @Override
    public void mailbox(Mailbox mailbox) {
        controller.mailbox(mailbox);
    }

    @Override
    public WatchedTransport transport() {
        return transport;
    }

    @Override
    public ControllerAdmin admin() {
        return controller.admin();
    }

    @Override
    public void close() {
        lines.forEach(line -> line.cable.filter(Cable::isSilent).ifPresent(Cable::cut)); // nobody hears a goodbye there
        lines.forEach(line -> line.connector.closeLater(Duration.ZERO));
        controller.close(Duration.ofSeconds(1));
        lines.forEach(line -> line.connector.close());
        lines.forEach(line -> line.cable.ifPresent(Cable::cut));
    }
}
