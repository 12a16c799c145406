// Streams for goload: one thread that reads whatever socket has something, as soon as it has.
// A goroutine for each stream, woken by Go's scheduler, would be late by milliseconds itself
// where hundreds of chunks come together, and take a core from who is measured.

package main

import (
	"bytes"
	"net"
	"net/url"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

const (
	readable = syscall.EPOLLIN | syscall.EPOLLRDHUP
	patience = 120 * time.Second
)

type streaming struct {
	address  syscall.SockaddrInet4
	request  []byte
	wanted   int
	deadline time.Time
	epoll    int
	open     map[int32]*stream
	begun    int
	found    figures
}

type stream struct {
	fd            int
	unsent        []byte
	began, last   time.Time
	written       int64
	first         float64
	lags, gaps    []float64
	done          bool
	status        int
	head, line    []byte // what has come of one that isn't whole
	chunked, over bool
	left          int // of a chunk or of the body; chunked and 0: a size comes, -2: the end
	size          []byte
}

// runStreams keeps `together` streams open until `wanted` are through or the deadline is; `target` has an IPv4 address.
func runStreams(target string, request []byte, together, wanted int, deadline time.Time) figures {
	runtime.LockOSThread()
	s := streaming{request: request, wanted: wanted, deadline: deadline, open: map[int32]*stream{}}
	s.address = addressOf(target)
	s.epoll, _ = syscall.EpollCreate1(0)
	for i := 0; i < together; i++ {
		s.next(-1)
	}
	events := make([]syscall.EpollEvent, 1024)
	buffer := make([]byte, 1<<16)
	for started := time.Now(); len(s.open) > 0 && time.Since(started) < patience; {
		n, _ := syscall.EpollWait(s.epoll, events, 1000)
		for i := 0; i < n; i++ {
			if one := s.open[events[i].Fd]; one != nil {
				s.serve(one, events[i].Events, buffer)
			}
		}
	}
	s.found.errs += int64(len(s.open))
	return s.found
}

func addressOf(target string) syscall.SockaddrInet4 {
	parsed, _ := url.Parse(target)
	port, _ := strconv.Atoi(parsed.Port())
	address := syscall.SockaddrInet4{Port: port}
	copy(address.Addr[:], net.ParseIP(parsed.Hostname()).To4())
	return address
}

// next begins a request, on a connection that was kept (fd) or on a new one (-1).
func (s *streaming) next(fd int) {
	if s.begun >= s.wanted || !time.Now().Before(s.deadline) {
		if fd >= 0 {
			syscall.Close(fd)
		}
		return
	}
	s.begun++
	one := &stream{fd: fd, unsent: s.request, began: time.Now(), first: -1}
	operation := syscall.EPOLL_CTL_MOD
	if fd < 0 {
		one.fd, _ = syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK, 0)
		syscall.SetsockoptInt(one.fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
		syscall.Connect(one.fd, &s.address)
		operation = syscall.EPOLL_CTL_ADD
	}
	s.open[int32(one.fd)] = one
	s.watch(one, operation, readable|syscall.EPOLLOUT)
}

func (s *streaming) watch(one *stream, operation int, what uint32) {
	event := syscall.EpollEvent{Events: what, Fd: int32(one.fd)}
	syscall.EpollCtl(s.epoll, operation, one.fd, &event)
}

func (s *streaming) serve(one *stream, what uint32, buffer []byte) {
	if len(one.unsent) > 0 && what&syscall.EPOLLOUT != 0 {
		if n, err := syscall.Write(one.fd, one.unsent); err == nil {
			one.unsent = one.unsent[n:]
		}
		if len(one.unsent) == 0 {
			s.watch(one, syscall.EPOLL_CTL_MOD, readable)
		}
	}
	if what&^syscall.EPOLLOUT == 0 {
		return
	}
	n, err := syscall.Read(one.fd, buffer)
	if err == syscall.EAGAIN || err == syscall.EINTR {
		return
	}
	now := time.Now()
	if n > 0 {
		one.take(buffer[:n], now, &s.found)
	}
	if one.over || n <= 0 {
		s.end(one, n > 0, now)
	}
}

func (s *streaming) end(one *stream, kept bool, now time.Time) {
	delete(s.open, int32(one.fd))
	if one.status == 200 && one.done {
		s.found.ok++
		s.found.lat = append(s.found.lat, float64(now.Sub(one.began).Microseconds())/1000)
		s.found.ttft = append(s.found.ttft, one.first)
		s.found.lag = append(s.found.lag, one.lags...)
		s.found.added = append(s.found.added, one.gaps...)
	} else {
		s.found.errs++
	}
	if kept && one.over && !bytes.Contains(bytes.ToLower(one.head), []byte("connection: close")) {
		s.next(one.fd)
		return
	}
	syscall.Close(one.fd)
	s.next(-1)
}

// take reads what one read brought.
func (one *stream) take(data []byte, now time.Time, found *figures) {
	if bytes.Count(data, []byte("data: ")) == 1 && bytes.Contains(data, []byte(" token")) {
		found.alone++
	}
	if one.status == 0 {
		one.head = append(one.head, data...)
		end := bytes.Index(one.head, []byte("\r\n\r\n"))
		if end < 0 {
			return
		}
		data = append([]byte(nil), one.head[end+4:]...)
		one.readHead(one.head[:end])
	}
	for len(data) > 0 && !one.over {
		if one.chunked && one.left <= 0 {
			data = one.readSize(data)
			continue
		}
		n := len(data)
		if one.left > 0 && one.left < n {
			n = one.left
		}
		one.text(data[:n], now, found)
		data = data[n:]
		if one.left > 0 {
			one.left -= n
			one.over = one.left == 0 && !one.chunked
		}
	}
}

func (one *stream) readHead(head []byte) {
	one.head = head
	lowered := bytes.ToLower(head)
	one.status, _ = strconv.Atoi(string(head[9:12]))
	one.chunked = bytes.Contains(lowered, []byte("transfer-encoding: chunked"))
	if at := bytes.Index(lowered, []byte("content-length: ")); at > 0 && !one.chunked {
		digits, _, _ := bytes.Cut(lowered[at+16:], []byte("\r"))
		one.left, _ = strconv.Atoi(string(digits))
		one.over = one.left == 0
	}
}

// readSize reads the line before a chunk, with the end of the one before; what is left.
func (one *stream) readSize(data []byte) []byte {
	end := bytes.IndexByte(data, '\n')
	if end < 0 {
		one.size = append(one.size, data...)
		return nil
	}
	line := string(bytes.TrimSpace(append(one.size, data[:end]...)))
	one.size = one.size[:0]
	switch {
	case one.left == -2: // behind the last chunk
		one.over = line == ""
	case line != "":
		size, _ := strconv.ParseInt(line, 16, 64)
		one.left = int(size)
		if size == 0 {
			one.left = -2
		}
	}
	return data[end+1:]
}

// text reads the lines of a piece of the body.
func (one *stream) text(piece []byte, now time.Time, found *figures) {
	for len(piece) > 0 {
		end := bytes.IndexByte(piece, '\n')
		if end < 0 {
			one.line = append(one.line, piece...)
			return
		}
		line := piece[:end]
		if len(one.line) > 0 {
			one.line = append(one.line, line...)
			line = one.line
		}
		if bytes.HasPrefix(line, []byte("data: ")) {
			one.event(line, now, found)
		}
		one.line = one.line[:0]
		piece = piece[end+1:]
	}
}

func (one *stream) event(line []byte, now time.Time, found *figures) {
	if one.first < 0 {
		one.first = float64(now.Sub(one.began).Microseconds()) / 1000
	}
	one.done = one.done || bytes.HasPrefix(line, []byte("data: [DONE]"))
	found.chunks++
	at := bytes.LastIndex(line, []byte(`"t":`))
	if at < 0 {
		return
	}
	written, err := strconv.ParseInt(string(bytes.TrimRight(line[at+4:], "}\r\n")), 10, 64)
	if err != nil {
		return
	}
	one.lags = append(one.lags, float64(now.UnixNano()-written)/1e6)
	if one.written > 0 {
		// Between two chunks here, less what was between them when written.
		one.gaps = append(one.gaps, float64(now.Sub(one.last).Nanoseconds()-(written-one.written))/1e6)
	}
	one.last, one.written = now, written
}
