package io.sommelier.runtime.artemis;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

/**
 * The right to a data directory: one broker at a time. The broker's own lock is taken later, is waited for, and is reported with a stack trace; this one is asked before,
 * and says no at once. Confined to the thread of its runtime.
 */
final class DataLock {
    /** Asked before the file is opened: closing it would let go of what another runtime of this JVM holds. */
    private static final Set<Path> HELD_HERE = new HashSet<>();

    private final Path directory;
    private final FileChannel channel;

    private DataLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /**
     * Takes the directory, and makes it if there is none.
     *
     * @throws IllegalStateException when another broker has it, or it cannot be written
     */
    static DataLock take(Path where) {
        Path directory = where.toAbsolutePath().normalize();
        synchronized (HELD_HERE) {
            if (HELD_HERE.contains(directory)) {
                throw locked(directory);
            }
            try {
                Files.createDirectories(directory);
                FileChannel channel = FileChannel.open(
                        directory.resolve("sommelier.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock();
                if (lock == null) {
                    channel.close();
                    throw locked(directory);
                }
                HELD_HERE.add(directory);
                return new DataLock(directory, channel);
            } catch (IOException e) {
                throw new IllegalStateException("the data directory " + directory + " cannot be used: " + e);
            }
        }
    }

    private static IllegalStateException locked(Path directory) {
        return new IllegalStateException(
                "the journal in " + directory + " is locked by another broker; stop it, or set another dataDirectory");
    }

    void release() throws IOException {
        synchronized (HELD_HERE) {
            HELD_HERE.remove(directory);
            channel.close();
        }
    }
}
