package io.sommelier.bench.party;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The bench's hold on a party in a process of its own. Confined to one thread. Every question has a time limit; a party
 * that does not answer fails its row.
 */
public final class PartyProcess implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String END = "";

    /** The same for both sides of a row. */
    private static final List<String> OPTIONS = List.of(
            "-XX:+UseG1GC",
            "-XX:ParallelGCThreads=2",
            "-XX:-UsePerfData",
            "-Djava.net.preferIPv4Stack=true",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.log.org.apache.activemq=error");

    private final String role;
    private final Process process;
    private final PrintStream questions;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final int port;

    private PartyProcess(String role, Process process) {
        this.role = role;
        this.process = process;
        questions = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "bench-" + role);
        reader.setDaemon(true);
        reader.start();
        try {
            port = Integer.parseInt(answer("its start"));
        } catch (RuntimeException failure) {
            process.destroyForcibly();
            throw failure;
        }
    }

    /**
     * Starts a party with the class path of this process, and waits until it is ready.
     *
     * @param mainClass takes role and arguments, and runs a {@link PartyLoop}
     * @param maxHeap the bound of its heap, as {@code -Xmx} takes it
     * @throws IllegalStateException when it does not become ready
     */
    public static PartyProcess start(String mainClass, String maxHeap, String role, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options(maxHeap));
        command.add("-cp");
        command.add(ManagementFactory.getRuntimeMXBean().getClassPath());
        command.add(mainClass);
        command.add(role);
        command.addAll(Arrays.asList(arguments));
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
            return new PartyProcess(role, builder.start());
        } catch (IOException e) {
            throw new IllegalStateException(role + " could not be started: " + e.getMessage(), e);
        }
    }

    /** The options of the virtual machine that every process of a row has. */
    public static List<String> options(String maxHeap) {
        List<String> options = new ArrayList<>();
        options.add("-Xmx" + maxHeap);
        options.addAll(OPTIONS);
        return options;
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(PartyLoop.ANSWER) || line.startsWith(PartyLoop.FAILURE)) {
                    answers.add(line);
                } else {
                    System.err.println(role + ": " + line);
                }
            }
        } catch (IOException e) {
            // the process was ended by force; whoever asks learns that it has ended
        }
        answers.add(END);
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Where it listens, or 0. */
    public int port() {
        return port;
    }

    /**
     * Tells the party something and waits for its answer.
     *
     * @throws IllegalStateException when it fails, ends, or does not answer within 90 s
     */
    public String ask(String line) {
        questions.println(line);
        return answer("'" + line + "'");
    }

    /** What the process has used since its start. */
    public Usage usage() {
        return Usage.parse(ask("usage"));
    }

    /** What it holds after a garbage collection. */
    public Memory memory() {
        return Memory.parse(ask("memory"));
    }

    /** What a requester saw since it was last asked. */
    public Window window() {
        return Window.parse(ask("window"));
    }

    private String answer(String question) {
        String line;
        try {
            line = answers.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + role + " was asked " + question, e);
        }
        if (line == null) {
            throw new IllegalStateException(role + " did not answer " + question + " within " + LIMIT);
        }
        if (line.isEmpty()) {
            answers.add(END);
            throw new IllegalStateException(role + " ended before it answered " + question);
        }
        if (line.startsWith(PartyLoop.FAILURE)) {
            throw new IllegalStateException(role + " failed at " + line.substring(PartyLoop.FAILURE.length()));
        }
        return line.substring(PartyLoop.ANSWER.length());
    }

    /** Ends the party: politely, and after 10 s by force. */
    @Override
    public void close() {
        questions.close();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
