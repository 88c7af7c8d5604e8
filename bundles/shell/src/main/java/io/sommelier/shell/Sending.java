package io.sommelier.shell;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandSender;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import java.io.PrintStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;

/** Sends one command, and prints its reply. Confined to the thread that sends, which waits; an interrupt cancels the command. */
final class Sending {
    private final CommandSender sender;
    private final PrintStream out;

    Sending(CommandSender sender, PrintStream out) {
        this.sender = sender;
        this.out = out;
    }

    /** Waits for the end of the command, which its time to live bounds. A failure is printed as {@code CODE (OUTCOME at STAGE): message}. Says whether it completed. */
    boolean send(Command command, boolean inParts) throws InterruptedException {
        BlockingQueue<Part> parts = new LinkedBlockingQueue<>(); // the credit is its bound
        Call call = inParts ? sender.send(command, (answered, part) -> parts.add(part)) : sender.send(command);
        try {
            if (inParts) {
                print(call, parts);
            }
            Payload gathered = call.result().toCompletableFuture().get().payload();
            if (!inParts) {
                print(gathered);
            }
            return true;
        } catch (ExecutionException failure) {
            out.println(failure.getCause().getMessage());
            return false;
        } catch (InterruptedException stopped) {
            call.cancel("the shell was interrupted");
            throw stopped;
        }
    }

    private void print(Call call, BlockingQueue<Part> parts) throws InterruptedException {
        Part part;
        do {
            part = parts.take();
            print(part.payload());
            if (part.cost() > 0) {
                call.request(part.cost());
            }
        } while (!part.status().isTerminal());
    }

    private void print(Payload payload) {
        if (!payload.isEmpty()) {
            String text = payload.asText();
            out.print(text);
            if (!text.endsWith("\n")) {
                out.println();
            }
            out.flush();
        }
    }
}
