"""The embedded server's own configuration: safe logs first, then speed on a small machine."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import psutil

MEGABYTE = 1024 * 1024

# What the server may write about a statement that failed: nothing. ERROR lines quote values
# ("invalid input syntax for type date: ..."), so only FATAL and above are written at all.
QUIET_ABOUT_PEOPLE = {
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_lock_waits": "off",
    "log_temp_files": "-1",
    "log_autovacuum_min_duration": "-1",
    "log_checkpoints": "off",
    "debug_print_parse": "off",
    "debug_print_plan": "off",
}

REACH = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "password_encryption": "scram-sha-256",
}

SPEED = {
    "max_wal_size": "4GB",
    "min_wal_size": "256MB",
    "wal_level": "minimal",  # no replica follows an embedded server
    "max_wal_senders": "0",
    "wal_buffers": "64MB",
    "checkpoint_timeout": "15min",
    "synchronous_commit": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "work_mem": "64MB",
    "max_parallel_workers_per_gather": "1",
    "autovacuum_naptime": "30s",
}

WORDS = {
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_truncate_on_rotation": "on",
    "log_file_mode": "0600",
}

HBA = "host all all 127.0.0.1/32 scram-sha-256\nlocal all all scram-sha-256\n"


def write_config(data: Path, port: int, overrides: Mapping[str, str]) -> None:
    """Write postgresql.conf and pg_hba.conf, which are ours alone, anew at each start."""
    chosen = {**REACH, **SPEED, **WORDS, **_memory(), **overrides, **QUIET_ABOUT_PEOPLE}
    lines = [f"{name} = '{value}'\n" for name, value in {**chosen, "port": str(port)}.items()]
    for name, content in (("postgresql.conf", "".join(lines)), ("pg_hba.conf", HBA)):
        (data / name).write_text(content, encoding="utf-8")  # keeps owner and mode


def _memory() -> dict[str, str]:
    """An eighth of the machine for shared buffers, at most 3 GB: Airflow lives here too."""
    total = psutil.virtual_memory().total // MEGABYTE
    shared_memory = Path("/dev/shm")  # noqa: S108 - its size is asked, nothing is written there
    is_roomy = (
        shared_memory.is_dir() and shutil.disk_usage(shared_memory).free > 1024 * MEGABYTE
    )
    return {
        "shared_buffers": f"{max(128, min(3072, total // 8))}MB",
        "effective_cache_size": f"{max(256, total // 2)}MB",
        "maintenance_work_mem": f"{max(64, min(512, total // 32))}MB",
        "dynamic_shared_memory_type": "posix" if is_roomy else "mmap",  # containers: 64 MB
    }
