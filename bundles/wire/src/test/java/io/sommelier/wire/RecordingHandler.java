package io.sommelier.wire;

import io.sommelier.api.Command;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Part;
import io.sommelier.api.Welcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Writes down what a link tells, as one line each, and keeps the last of everything. */
class RecordingHandler implements LinkHandler {
    final List<String> events = new ArrayList<>();
    final List<InStream> inStreams = new ArrayList<>();
    final List<Command> commands = new ArrayList<>();
    final List<Part> parts = new ArrayList<>();
    Hello hello;
    Welcome welcome;
    Goodbye goodbye;
    Set<String> operations;
    /** What else is done when a command comes. */
    Consumer<InStream> onCommand = stream -> {};
    /** What else is done when a part comes. */
    Consumer<OutStream> onPart = stream -> {};
    /** What else is done when a stream ends without a terminal, here or there. */
    Runnable onEnd = () -> {};

    @Override
    public void hello(Hello value) {
        hello = value;
        events.add("hello " + value.instance());
    }

    @Override
    public void welcomed(Welcome value) {
        welcome = value;
        events.add("welcomed by " + value.controllerId());
    }

    @Override
    public void command(
            InStream stream, Command command, long initialCredit, String source, String principal, int attempt) {
        inStreams.add(stream);
        commands.add(command);
        events.add("command " + command.operation() + " of " + command.target() + " credit " + initialCredit + " from '"
                + source + "' as '" + principal + "' attempt " + attempt);
        onCommand.accept(stream);
    }

    @Override
    public void credit(InStream stream, long bytes) {
        events.add("credit " + bytes);
    }

    @Override
    public void cancelled(InStream stream, String reason) {
        events.add("cancelled: " + reason);
        onEnd.run();
    }

    @Override
    public void peerGone(InStream stream, String reason) {
        events.add("gone: " + reason);
        onEnd.run();
    }

    @Override
    public void admitted(OutStream stream) {
        events.add("admitted");
    }

    @Override
    public void part(OutStream stream, Part part) {
        parts.add(part);
        events.add(part.toString());
        onPart.accept(stream);
    }

    @Override
    public void lost(OutStream stream) {
        events.add("lost " + stream.attachment());
        onEnd.run();
    }

    @Override
    public void operations(Set<String> value) {
        operations = value;
        events.add("operations " + new TreeSet<>(value));
    }

    @Override
    public void draining() {
        events.add("draining");
    }

    @Override
    public void closed(Goodbye value) {
        goodbye = value;
        events.add("closed " + value.reason() + " come back " + value.comeBack());
    }

    InStream lastIn() {
        return inStreams.get(inStreams.size() - 1);
    }

    Command lastCommand() {
        return commands.get(commands.size() - 1);
    }

    Part lastPart() {
        return parts.get(parts.size() - 1);
    }

    String lastEvent() {
        return events.get(events.size() - 1);
    }
}
