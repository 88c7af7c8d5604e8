package io.sommelier.examples.demo;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Headers;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Target;
import io.sommelier.connector.Connector;
import io.sommelier.connector.ConnectorBuilder;
import io.sommelier.connector.ConnectorState.Phase;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Sends one command, and prints its reply. */
public final class Send {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final int NO_CONTROLLER = 3;

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(3);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);
    private static final String HELP = """
            Usage: send TARGET[/INSTANCE] OPERATION [OPTIONS] [FILE]

            Sends one command with the bytes of FILE, or of standard input where there is none or it is -,
            and writes the bytes of the reply to standard output.

            Options:
              --stream                 write each part of the reply as it comes
              --ttl TIME               how long it may take, 250ms, 5s, 2m or 1h; 30s where there is none
              --content-type TYPE      what the bytes are
              --header NAME=VALUE      a header; may be repeated
              --idempotent             it may safely run twice
              --durable                it must be on disk before it counts as taken in
              --controller HOST:PORT   a controller to dial, 127.0.0.1:7007 where there is none; may be
                                       repeated, they are tried in order
              --id ID                  the id that this program shows; made up where there is none
              --help                   print this

            A failure goes to standard error as CODE (OUTCOME at STAGE): message. Exit codes: 0 the command
            completed, 1 it failed, 2 the arguments are wrong, 3 there is no controller. Ctrl-C cancels the command.
            """;

    private final OutputStream output;
    private final CountDownLatch told = new CountDownLatch(1);
    private volatile Call call;

    private Send(OutputStream output) {
        this.output = output;
    }

    /** The program. */
    public static void main(String[] arguments) throws InterruptedException {
        try {
            Arguments given = Arguments.parse(
                    arguments,
                    Set.of("--ttl", "--content-type", "--header", "--controller", "--id"),
                    Set.of("--stream", "--idempotent", "--durable", "--help"));
            if (given.has("--help")) {
                System.out.print(HELP);
                return;
            }
            Command command = command(given);
            ConnectorBuilder builder =
                    Connector.builder(given.option("--id").orElseGet(() -> "send-" + Arguments.randomSuffix()));
            given.options("--controller").forEach(builder::controller);
            // Not System.out, which keeps it to itself when nobody reads any more.
            Send send = new Send(new FileOutputStream(FileDescriptor.out));
            System.exit(send.run(builder, command, given.has("--stream")));
        } catch (IllegalArgumentException | IOException problem) {
            System.err.println("send: " + problem.getMessage());
            System.err.println("Try --help.");
            System.exit(USAGE);
        }
    }

    private static Command command(Arguments given) throws IOException {
        String[] names = given.positional(0, "TARGET").split("/", 2);
        Target target = new Target(names[0], names.length > 1 ? names[1] : "");
        Command.Builder command = Command.to(target, given.positional(1, "OPERATION"))
                .contentType(given.option("--content-type").orElse(""))
                .idempotent(given.has("--idempotent"))
                .durable(given.has("--durable"));
        given.noMoreThan(3);
        given.option("--ttl").map(Arguments::duration).ifPresent(command::ttl);
        Headers.Builder headers = Headers.builder();
        for (String header : given.options("--header")) {
            int equals = header.indexOf('=');
            if (equals <= 0) {
                throw new IllegalArgumentException("--header '" + header + "' is not of the form NAME=VALUE");
            }
            headers.add(header.substring(0, equals), header.substring(equals + 1));
        }
        command.headers(headers.build()).build(); // wrong names are told before anything is read
        return command.payload(Payload.copyOf(read(given.optionalPositional(2).orElse("-"))))
                .build();
    }

    private static byte[] read(String file) throws IOException {
        if (file.equals("-")) {
            return System.in.readAllBytes();
        }
        Path path = Path.of(file);
        if (!Files.isReadable(path)) {
            throw new IOException("cannot read the file " + file);
        }
        return Files.readAllBytes(path);
    }

    private int run(ConnectorBuilder builder, Command command, boolean stream) throws InterruptedException {
        Connector connector = builder.open();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(connector), "goodbye"));
        if (!connector.awaitActive(CONNECT_LIMIT)) {
            String why = connector
                    .state()
                    .goodbye()
                    .map(Goodbye::message)
                    .orElse("no answer within " + CONNECT_LIMIT.toSeconds() + " s");
            boolean isRefused = connector.state().phase() == Phase.CLOSED;
            System.err.println("send: " + (isRefused ? "the controller refuses: " : "no controller: ") + why);
            return NO_CONTROLLER;
        }
        try {
            if (stream) {
                writeParts(connector, command);
            } else {
                call = connector.send(command);
                write(call.result().toCompletableFuture().get().payload());
            }
            return OK;
        } catch (ExecutionException failure) {
            System.err.println(failure.getCause().getMessage());
            return FAILED;
        } catch (IOException nobodyReads) {
            System.err.println("send: cannot write the reply: " + nobodyReads.getMessage());
            return FAILED;
        } finally {
            told.countDown();
        }
    }

    /** Writes on this thread, since that may block, and lets the worker send as much as was written. */
    private void writeParts(Connector connector, Command command)
            throws InterruptedException, ExecutionException, IOException {
        BlockingQueue<Part> parts = new LinkedBlockingQueue<>(); // the credit is its bound
        call = connector.send(command, (answered, part) -> parts.add(part));
        Part part;
        do {
            part = parts.take();
            write(part.payload());
            if (part.cost() > 0) {
                call.request(part.cost());
            }
        } while (!part.status().isTerminal());
        call.result().toCompletableFuture().get();
    }

    private void write(Payload payload) throws IOException {
        output.write(payload.toBytes());
        output.flush();
    }

    /** Cancels a command that is under way, and lets its end be told. */
    private void end(Connector connector) {
        Call running = call;
        if (running != null) {
            running.cancel("the sender was stopped");
            try {
                told.await(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        connector.close(CLOSE_LIMIT);
    }
}
