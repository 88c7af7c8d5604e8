package io.sommelier.plain;

import io.sommelier.api.CommandSender;
import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.controller.Controller;
import io.sommelier.controller.ControllerSettings;
import io.sommelier.pipeline.HandlerChain;
import io.sommelier.pipeline.PipelineSettings;
import io.sommelier.spi.Mailbox;
import io.sommelier.spi.SettingsReader;
import io.sommelier.spi.Transport;
import io.sommelier.transport.embedded.EmbeddedTransport;
import io.sommelier.transport.tcp.TcpSettings;
import io.sommelier.transport.tcp.TcpTransport;
import io.sommelier.wire.HostPort;
import io.sommelier.wire.LinkSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** A running controller with its pipeline, the embedded and the TCP transport. Thread-safe. */
public final class PlainController implements AutoCloseable {
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(5);
    private static final Duration MOST_DURATION = Duration.ofHours(1);

    private static final Set<String> KEYS = Set.of(
            "id",
            "host",
            "port",
            "ioThreads",
            "maxChannels",
            "sendQueueCapacity",
            "dial",
            "knownTargets",
            "maxHeldBytes",
            "maxFrameBytes",
            "maxMessageBytes",
            "heartbeat",
            "streamIdle",
            "pipeline");

    private final Controller controller;
    private final HandlerChain pipeline;
    private final EmbeddedTransport embedded;
    private final TcpTransport tcp;
    private final String host;

    private PlainController(
            Controller controller, HandlerChain pipeline, EmbeddedTransport embedded, TcpTransport tcp, String host) {
        this.controller = controller;
        this.host = host;
        this.pipeline = pipeline;
        this.embedded = embedded;
        this.tcp = tcp;
    }

    /**
     * Starts a controller; blocks until it listens.
     *
     * @param settings the options of the command line, without the dashes
     * @throws IllegalArgumentException naming every setting that is unknown or out of range
     * @throws CompletionException when it cannot listen
     */
    public static PlainController start(Map<String, String> settings) {
        SettingsReader reader = new SettingsReader("controller", settings);
        Set<String> unknown = new TreeSet<>(settings.keySet());
        unknown.removeAll(KEYS);
        if (!unknown.isEmpty()) {
            reader.violation("no setting is called " + unknown + " (allowed: " + new TreeSet<>(KEYS) + ")");
        }
        TcpSettings tcpDefaults = TcpSettings.defaults();
        LinkSettings linkDefaults = tcpDefaults.link();
        ControllerSettings defaults = ControllerSettings.defaults();
        LinkSettings link = new LinkSettings(
                reader.integer("maxFrameBytes", linkDefaults.maxFrameBytes(), 16 << 10, 16 << 20),
                reader.integer("maxMessageBytes", linkDefaults.maxMessageBytes(), 1 << 10, 1 << 30),
                linkDefaults.maxHeaderBytes(),
                linkDefaults.maxStreams(),
                linkDefaults.maxAssemblyBytes(),
                linkDefaults.helloLimit(),
                reader.duration("heartbeat", linkDefaults.heartbeat(), Duration.ofMillis(100), MOST_DURATION));
        TcpSettings tcpSettings = tcpDefaults
                .withAddress(
                        reader.text("host", tcpDefaults.host()),
                        reader.integer("port", TcpSettings.DEFAULT_PORT, 0, 65535))
                .withBounds(
                        reader.integer("ioThreads", tcpDefaults.ioThreads(), 1, 256),
                        reader.integer("maxChannels", tcpDefaults.maxChannels(), 1, 1_000_000),
                        reader.integer("sendQueueCapacity", tcpDefaults.sendQueueCapacity(), 1, 1_000_000))
                .withMembers(
                        words(reader.text("dial", "")).map(HostPort::parse).toList(),
                        tcpDefaults.dialFirst(),
                        tcpDefaults.dialMost())
                .withLink(link);
        long held = reader.number("maxHeldBytes", defaults.maxHeldBytes(), 1 << 20, 1L << 40);
        ControllerSettings controllerSettings = defaults.withKnownTargets(
                        Set.copyOf(words(reader.text("knownTargets", "")).toList()))
                .withBudgets(held, held, held)
                .withStreamIdle(
                        reader.duration("streamIdle", defaults.streamIdle(), Duration.ofMillis(100), MOST_DURATION));
        if (!isLoopback(tcpSettings.host())) {
            reader.violation("host = " + tcpSettings.host()
                    + " (allowed: a loopback address, since nobody proves here who he is)");
        }
        boolean withPipeline = reader.flag("pipeline", true);
        String id = reader.text("id", "controller-1");
        reader.check();
        return start(id, controllerSettings, tcpSettings, withPipeline);
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static Stream<String> words(String list) {
        return Stream.of(list.split(",")).map(String::trim).filter(word -> !word.isEmpty());
    }

    private static PlainController start(
            String id, ControllerSettings controllerSettings, TcpSettings tcpSettings, boolean withPipeline) {
        Controller controller = new Controller(id, controllerSettings);
        HandlerChain pipeline = new HandlerChain(PipelineSettings.DEFAULTS);
        if (withPipeline) {
            controller.pipeline(pipeline);
        }
        EmbeddedTransport embedded = new EmbeddedTransport();
        TcpTransport tcp = new TcpTransport(tcpSettings);
        PlainController started = new PlainController(controller, pipeline, embedded, tcp, tcpSettings.host());
        try {
            controller.add(embedded).toCompletableFuture().join();
            controller.add(tcp).toCompletableFuture().join();
        } catch (CompletionException e) {
            started.close();
            throw e;
        }
        return started;
    }

    /** The TCP port it listens on. */
    public int port() {
        return tcp.localPort();
    }

    /** A sender in this JVM. */
    public CommandSender sender(String instance) {
        return embedded.sender(instance);
    }

    /** The transport of this JVM, to register members with. */
    public EmbeddedTransport embedded() {
        return embedded;
    }

    /** Has commands wait in that mailbox from now on; the caller stops it. */
    public void mailbox(Mailbox present) {
        controller.mailbox(present);
    }

    /**
     * Has connectors come by another transport too, from now on; it stops with this. Returns when it listens.
     *
     * @throws CompletionException when it cannot
     */
    public void add(Transport transport) {
        controller.add(transport).toCompletableFuture().join();
    }

    /** What an operator sees. */
    public ControllerAdmin admin() {
        return controller.admin();
    }

    /** Drains, at most 5 s, and stops. */
    @Override
    public void close() {
        controller.close(DRAIN_LIMIT);
        pipeline.close();
    }

    /** Runs a controller until the process is told to end; options are {@code --key value} pairs of {@link #start}. */
    public static void main(String[] args) throws InterruptedException {
        PlainController running;
        try {
            running = start(options(args));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        } catch (CompletionException e) {
            System.err.println(e.getCause().getMessage());
            System.exit(1);
            return;
        }
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            running.close();
                            System.out.println("stopped");
                            ended.countDown();
                        },
                        "sommelier-shutdown"));
        System.out.println("listening on " + running.host + ":" + running.port());
        System.out.println("connect a member:  ./sommelier connector cellar");
        System.out.println("send a command:    echo hello | ./sommelier send cellar pour");
        System.out.flush();
        ended.await();
    }

    private static Map<String, String> options(String[] args) {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i < args.length; i += 2) {
            if (!args[i].startsWith("--") || i + 1 == args.length) {
                throw new IllegalArgumentException("'" + args[i] + "' is no option with a value; allowed: --"
                        + String.join(", --", new TreeSet<>(KEYS)));
            }
            options.put(args[i].substring(2), args[i + 1]);
        }
        return options;
    }
}
