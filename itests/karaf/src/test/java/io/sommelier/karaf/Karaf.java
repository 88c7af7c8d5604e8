package io.sommelier.karaf;

import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureConsole;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureSecurity;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.keepRuntimeFolder;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.logLevel;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ClientChannel;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.TestContainer;
import org.ops4j.pax.exam.karaf.options.LogLevelOption.LogLevel;
import org.ops4j.pax.exam.spi.PaxExamRuntime;

/** The assembly, unpacked and started by Pax Exam, and spoken to from outside: files, JMX, SSH. Confined to one thread. */
final class Karaf implements AutoCloseable {
    private static final String USER = "tester";
    private static final String PASSWORD = "only-on-loopback";
    private static final Duration SSH_LIMIT = Duration.ofSeconds(30);
    private static final Path MATERIAL = Path.of("target", "material").toAbsolutePath();

    private final int tcpPort = freePort();
    private final int sshPort = freePort();
    private final Path unpacked = Path.of("target", "karaf").toAbsolutePath();
    private final TestContainer container;
    private final SshClient ssh = SshClient.setUpDefaultClient();
    private JMXConnector jmx;

    Karaf() throws IOException {
        delete(unpacked);
        Option[] options = {
            karafDistributionConfiguration()
                    .frameworkUrl(MATERIAL.resolve("sommelier-karaf-assembly.tar.gz")
                            .toUri()
                            .toString())
                    .name("Sommelier")
                    .karafVersion("4.4.10")
                    .unpackDirectory(unpacked.toFile())
                    .useDeployFolder(false),
            keepRuntimeFolder(),
            configureConsole().ignoreLocalConsole(),
            logLevel(LogLevel.INFO),
            configureSecurity().disableKarafMBeanServerBuilder(),
            // The ports of JMX are chosen by Pax Exam, whatever is set here.
            editConfigurationFilePut("etc/org.apache.karaf.shell.cfg", "sshPort", String.valueOf(sshPort)),
            editConfigurationFilePut("etc/io.sommelier.transport.tcp.cfg", "port", String.valueOf(tcpPort)),
            editConfigurationFilePut(
                    "etc/users.properties", USER, PASSWORD + ",group,admin,manager,viewer,systembundles,ssh"),
        };
        container = PaxExamRuntime.createContainer(PaxExamRuntime.createServerSystem(options));
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                files.map(Path::toFile)
                        .sorted((one, other) -> other.compareTo(one))
                        .forEach(File::delete);
            }
        }
    }

    void start() {
        container.start();
        ssh.setServerKeyVerifier((session, address, key) -> true);
        ssh.start();
    }

    /** The port of the TCP transport at the start. */
    int tcpPort() {
        return tcpPort;
    }

    // ---- files ----

    /** The directory that it runs in. */
    Path home() {
        try (Stream<Path> files = Files.walk(unpacked, 3)) {
            return files.filter(
                            path -> Files.isDirectory(path.resolve("etc")) && Files.isDirectory(path.resolve("system")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gives keys of a configuration file other values, as an editor would. */
    void edit(String pid, Map<String, String> changes) throws IOException {
        Path file = home().resolve("etc").resolve(pid + ".cfg");
        Stream<String> kept =
                Files.readAllLines(file).stream().filter(line -> !changes.containsKey(line.split("=", 2)[0].trim()));
        Stream<String> changed = changes.entrySet().stream().map(entry -> entry.getKey() + " = " + entry.getValue());
        Files.write(file, Stream.concat(kept, changed).toList());
    }

    static Path material(String name) {
        return MATERIAL.resolve(name);
    }

    /** Puts a jar into {@code deploy}, in one step, in place of what has the name. */
    void drop(Path jar, String name) throws IOException {
        Path fresh = Files.createTempFile(home().resolve("data"), "drop", ".tmp");
        Files.copy(jar, fresh, StandardCopyOption.REPLACE_EXISTING);
        Files.move(fresh, home().resolve("deploy").resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Takes a jar out of {@code deploy}. */
    void takeAway(String name) throws IOException {
        Files.delete(home().resolve("deploy").resolve(name));
    }

    /** The log so far. */
    List<String> log() throws IOException {
        return Files.readAllLines(home().resolve("data/log/karaf.log"));
    }

    // ---- JMX ----

    private MBeanServerConnection mbeans() throws IOException {
        if (jmx == null) {
            Properties management = new Properties();
            try (InputStream in = Files.newInputStream(home().resolve("etc/org.apache.karaf.management.cfg"))) {
                management.load(in);
            }
            String port = management.getProperty("rmiRegistryPort").trim();
            jmx = JMXConnectorFactory.connect(
                    new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + port + "/karaf-root"),
                    Map.of(JMXConnector.CREDENTIALS, new String[] {USER, PASSWORD}));
        }
        return jmx.getMBeanServerConnection();
    }

    void installFeature(String name) throws IOException, JMException {
        feature("installFeature", name);
    }

    void uninstallFeature(String name) throws IOException, JMException {
        feature("uninstallFeature", name);
    }

    private void feature(String operation, String name) throws IOException, JMException {
        mbeans().invoke(
                        new ObjectName("org.apache.karaf:type=feature,name=root"),
                        operation,
                        new Object[] {name},
                        new String[] {String.class.getName()});
    }

    /** The state of the bundle with that symbolic name, or empty when there is none. */
    String bundleState(String symbolicName) throws IOException, JMException {
        TabularData bundles = (TabularData)
                mbeans().getAttribute(new ObjectName("org.apache.karaf:type=bundle,name=root"), "Bundles");
        for (Object row : bundles.values()) {
            CompositeData bundle = (CompositeData) row;
            if (symbolicName.equals(bundle.get("Symbolic Name"))) {
                return String.valueOf(bundle.get("State"));
            }
        }
        return "";
    }

    // ---- SSH ----

    /** Runs a line in the shell; gives what it prints, both streams. */
    String shell(String line) throws IOException {
        try (ClientSession session = ssh.connect(USER, "127.0.0.1", sshPort)
                        .verify(SSH_LIMIT)
                        .getSession();
                ByteArrayOutputStream printed = new ByteArrayOutputStream()) {
            session.addPasswordIdentity(PASSWORD);
            session.auth().verify(SSH_LIMIT);
            try (ClientChannel channel = session.createExecChannel(line)) {
                channel.setOut(printed);
                channel.setErr(printed);
                channel.open().verify(SSH_LIMIT);
                channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), SSH_LIMIT);
            }
            return printed.toString(StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() throws IOException {
        ssh.stop();
        if (jmx != null) {
            jmx.close();
        }
        container.stop();
    }
}
