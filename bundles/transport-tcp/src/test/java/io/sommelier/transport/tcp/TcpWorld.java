package io.sommelier.transport.tcp;

import io.sommelier.api.Command;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Payload;
import io.sommelier.api.Reply;
import io.sommelier.api.Stage;
import io.sommelier.api.Target;
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
import io.sommelier.testkit.Cable;
import io.sommelier.testkit.FixedCredentials;
import io.sommelier.testkit.MemberPlan;
import io.sommelier.testkit.World;
import io.sommelier.testkit.WorldMember;
import io.sommelier.testkit.WorldSettings;
import io.sommelier.transport.link.TlsSettings;
import io.sommelier.wire.HostPort;
import io.sommelier.wire.LinkSettings;
import io.sommelier.wire.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;

/** A controller with the TCP transport, and real connectors: they dial it, or are dialled by it. */
final class TcpWorld implements World {
    private static final Duration WAIT = Duration.ofMillis(10);
    private static final int MEMBERS = 8;
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** What fills a socket that is not read; some of them are more than any system buffers. */
    private static final Payload FILLER = Payload.copyOf(new byte[4 << 20]);

    private static final int MOST_FILLERS = 16;
    private static final Duration PROBE = Duration.ofMillis(200);

    private final Controller controller;
    private final TcpTransport transport;
    private final Deque<SocketChannel> reserved = new ArrayDeque<>();
    private final List<Connector> connectors = new ArrayList<>();
    private final Map<String, Cable> cables = new ConcurrentHashMap<>();
    private final boolean areDialled;
    private final Optional<TlsFiles> tls;
    private final Connector caller;

    TcpWorld(WorldSettings settings, boolean areDialled) {
        this(settings, areDialled, Optional.empty());
    }

    /** @param tls of both ends of each channel; empty for none */
    TcpWorld(WorldSettings settings, boolean areDialled, Optional<TlsFiles> tls) {
        this.areDialled = areDialled;
        this.tls = tls;
        LinkSettings defaults = LinkSettings.defaults();
        LinkSettings link = new LinkSettings(
                defaults.maxFrameBytes(),
                settings.maxMessageBytes(),
                defaults.maxHeaderBytes(),
                defaults.maxStreams(),
                defaults.maxAssemblyBytes(),
                defaults.helloLimit(),
                defaults.heartbeat());
        transport = new TcpTransport(TcpNode.settings()
                .withBounds(2, 100, 4096)
                .withLink(link)
                .withMembers(areDialled ? reservePorts() : List.of(), WAIT, WAIT)
                .withTls(tls.map(TlsSettings.OFF::withFiles).orElse(TlsSettings.OFF), areDialled && tls.isPresent()));
        controller = new Controller(
                "controller-1",
                ControllerSettings.defaults()
                        .withKnownTargets(settings.knownTargets())
                        .withStreamIdle(settings.streamIdle())
                        .withHealth(new HealthSettings(settings.healthPeriod(), 0, settings.healthTimeout(), 1)));
        controller.verifiers(settings.verifiers());
        controller.authorizers(settings.authorizers());
        controller.add(transport).toCompletableFuture().join();
        caller = open(
                Connector.builder("caller").credential(FixedCredentials.token("caller-secret")), transport.localPort());
    }

    /** Ports on which nobody listens yet, and which nobody else gets. */
    private List<HostPort> reservePorts() {
        List<HostPort> members = new ArrayList<>();
        try {
            for (int i = 0; i < MEMBERS; i++) {
                SocketChannel holder = SocketChannel.open();
                holder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                reserved.add(holder);
                members.add(new HostPort("127.0.0.1", holder.socket().getLocalPort()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return members;
    }

    @Override
    public int volumeDivisor() {
        return tls.isPresent() ? 4 : 1;
    }

    @Override
    public CommandSender caller() {
        return caller;
    }

    @Override
    public CommandSender sender(String instance) {
        try {
            Cable cable = new Cable(0, transport.localPort());
            cables.put(instance, cable);
            return open(Connector.builder(instance), cable.localPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void cutSender(String instance) {
        cables.get(instance).cut();
    }

    @Override
    public void mailbox(Mailbox mailbox) {
        controller.mailbox(mailbox);
    }

    @Override
    public String callerInstance() {
        return caller.instance();
    }

    @Override
    public WorldMember member(MemberPlan plan) {
        ConnectorBuilder builder = Connector.builder(plan.instance())
                .serves(plan.targetId())
                .capacity(plan.capacity())
                .threads(plan.threads())
                .queue(plan.queueCapacity())
                .credential(plan.credential());
        tls.ifPresent(builder::tls);
        plan.handlers().forEach(plan.isDirect() ? builder::directHandler : builder::handler);
        try {
            if (!areDialled) {
                Cable cable = new Cable(0, transport.localPort(), tls.isEmpty());
                return new Member(open(builder, cable.localPort()), cable, plan, caller);
            }
            BlockingQueue<ConnectorState> states = new LinkedBlockingQueue<>();
            Connector connector =
                    builder.listenOn("127.0.0.1", 0).onState(states::add).open();
            SocketChannel holder = reserved.remove();
            int port = holder.socket().getLocalPort();
            holder.close();
            Cable cable = new Cable(port, connector.localPort(), tls.isEmpty());
            awaitWelcome(connector, states);
            return new Member(connector, cable, plan, caller);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Connector open(ConnectorBuilder builder, int port) {
        BlockingQueue<ConnectorState> states = new LinkedBlockingQueue<>();
        tls.ifPresent(builder::tls);
        Connector connector = builder.controller("127.0.0.1:" + port)
                .dialWait(WAIT, WAIT)
                .onState(states::add)
                .open();
        awaitWelcome(connector, states);
        return connector;
    }

    private void awaitWelcome(Connector connector, BlockingQueue<ConnectorState> states) {
        connectors.add(connector);
        try {
            ConnectorState state = states.poll(10, TimeUnit.SECONDS);
            while (state.phase() == Phase.CONNECTING) {
                state = states.poll(10, TimeUnit.SECONDS);
            }
            if (state.phase() != Phase.ACTIVE) {
                Goodbye goodbye = state.goodbye().orElseThrow();
                connector.close(Duration.ZERO);
                throw new HelloRefusedException(goodbye);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private record Member(Connector connector, Cable cable, MemberPlan plan, CommandSender caller)
            implements WorldMember {
        @Override
        public CommandSender sender() {
            return connector;
        }

        @Override
        public void serve(String operation, CommandHandler handler) {
            if (plan.isDirect()) {
                connector.directHandler(operation, handler);
            } else {
                connector.handler(operation, handler);
            }
        }

        @Override
        public void stopServing(String operation) {
            connector.removeHandler(operation);
        }

        /**
         * Its socket is not read any more, and commands of megabytes fill all buffers before it. It is clogged when commands that come behind those are not claimed in their time, twice in a
         * row: the first may have found the buffers still growing.
         */
        @Override
        public void clog() {
            connector.handler(CLOG, CommandHandler.answering(invocation -> Payload.empty()));
            Awaitility.await().atMost(LIMIT).until(() -> stageOf(Command.to(self(), CLOG)) == null);
            try {
                cable.hold();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
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
            cable.release();
        }

        @Override
        public void close() {
            connector.closeLater(Duration.ofSeconds(5));
        }

        @Override
        public void cut() {
            cable.cut();
        }
    }

    @Override
    public ControllerAdmin admin() {
        return controller.admin();
    }

    @Override
    public void close() {
        connectors.forEach(connector -> connector.closeLater(Duration.ZERO));
        controller.close(Duration.ofSeconds(1));
        connectors.forEach(Connector::close);
        reserved.forEach(holder -> {
            try {
                holder.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
