package io.sommelier.shell;

import io.sommelier.api.CommandSender;
import io.sommelier.api.Headers;
import io.sommelier.api.Payload;
import io.sommelier.api.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.FileCompleter;

/** {@code sommelier:command-send}. */
@Service
@Command(scope = "sommelier", name = "command-send", description = "Sends a command, and prints its reply.")
public final class CommandSend implements Action {
    @Reference
    private CommandSender sender;

    @Reference
    private Session session;

    @Argument(
            index = 0,
            name = "target",
            required = true,
            description = "The target, or TARGET/INSTANCE for one member")
    @Completion(TargetCompleter.class)
    private String target;

    @Argument(index = 1, name = "operation", required = true, description = "What is asked for")
    @Completion(OperationCompleter.class)
    private String operation;

    @Argument(index = 2, name = "payload", description = "A text")
    private String payload = "";

    @Option(name = "--file", description = "A file, whose bytes are sent in place of a text")
    @Completion(FileCompleter.class)
    private String file;

    @Option(name = "--content-type", description = "What the bytes are")
    private String contentType = "";

    @Option(name = "--ttl", description = "How long it may take, 250ms, 5s, 2m or 1h; 30s where there is none")
    private String ttl;

    @Option(name = "--header", multiValued = true, description = "NAME=VALUE; may be repeated")
    private List<String> headers = List.of();

    @Option(name = "--idempotent", description = "It may safely run twice")
    private boolean idempotent;

    @Option(name = "--durable", description = "It must be on disk before it counts as taken in")
    private boolean durable;

    @Option(name = "--stream", description = "Print each part of the reply as it comes")
    private boolean stream;

    @Override
    public Object execute() throws Exception {
        io.sommelier.api.Command command;
        try {
            String[] names = target.split("/", 2);
            io.sommelier.api.Command.Builder builder = io.sommelier.api.Command.to(
                            new Target(names[0], names.length > 1 ? names[1] : ""), operation)
                    .contentType(contentType)
                    .idempotent(idempotent)
                    .durable(durable)
                    .headers(headers());
            if (ttl != null) {
                builder.ttl(Span.parse("--ttl", ttl));
            }
            command = builder.payload(payload()).build();
        } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage());
            return ExitCode.of(session, false);
        }
        return ExitCode.of(session, new Sending(sender, System.out).send(command, stream));
    }

    private Payload payload() throws java.io.IOException {
        if (file == null) {
            return Payload.ofText(payload);
        }
        Path path = Path.of(file);
        if (!Files.isReadable(path)) {
            throw new IllegalArgumentException("cannot read the file " + file);
        }
        return Payload.copyOf(Files.readAllBytes(path));
    }

    private Headers headers() {
        Headers.Builder all = Headers.builder();
        for (String header : headers) {
            int equals = header.indexOf('=');
            if (equals <= 0) {
                throw new IllegalArgumentException("--header '" + header + "' is not of the form NAME=VALUE");
            }
            all.add(header.substring(0, equals), header.substring(equals + 1));
        }
        return all.build();
    }
}
