-- What is being written at the moment, and what both passes over the chapters need: problems, markup, labels.

local KINDS = { fig = "Figure", tbl = "Table", sec = "Section", eq = "Equation" }
local NBSP = "\u{a0}"

-- `book` is what build.py asks for, `labels` holds what is numbered; `format`, `html` and `chapter` say where a pass is.
local now = { book = pandoc.json.decode(io.read("a"), false), problems = pandoc.List(), bibliography = {} }

-- Report what stands at a line of the chapter, or at the first line that has the text `at` after the pattern `before`.
local function problem(at, message, before)
  local place = now.chapter.file
  for number, line in ipairs(now.chapter.lines) do
    if number == at or type(at) == "string" and line[2]:find((before or "") .. at:gsub("%p", "%%%0")) then
      place = line[1]
      break
    end
  end
  local text = place .. ": " .. message
  if not now.problems:includes(text) then now.problems:insert(text) end
end

-- Call a function of pandoc; what it warns of is a problem.
local function strict(call, ...)
  local messages, result = pandoc.log.silence(call, ...)
  for _, message in ipairs(messages) do
    local log = pandoc.json.decode(pandoc.json.encode(message), false)
    if log.verbosity == "WARNING" then
      local contents = type(log.contents) == "string" and log.contents or ""
      local at = tonumber(log.pretty:match("line (%d+)")) or contents:match("%S[^\n]*") or ""
      -- The line is one of what pandoc is given; the problem names that of the chapter.
      problem(at, (log.pretty:gsub("%s+", " "):gsub(" at line %d+ column %d+", "")))
    end
  end
  return result
end

-- Blocks from parts: strings are markup, which with the inlines beside it makes a line; blocks stay as they are.
local function weave(...)
  local blocks, line = pandoc.Blocks({}), pandoc.Inlines({})
  for _, part in ipairs(pandoc.List({ ... }) .. { pandoc.Blocks({}) }) do
    if type(part) == "string" then
      line:insert(pandoc.RawInline(now.format, part))
    elseif pandoc.utils.type(part) == "Inlines" then
      line:extend(part)
    else
      blocks:extend(#line > 0 and { pandoc.Plain(line) } or {})
      blocks:extend(part)
      line = pandoc.Inlines({})
    end
  end
  return blocks
end

local function kind(id) return KINDS[id:match("^(%a+)-")] and id:match("^(%a+)-") end
local function quoted(text) return '"' .. text:gsub('[\\"]', "\\%0") .. '"' end

-- A path written in a chapter, as a path from the project's root.
local function rooted(path)
  path = path:match("^/(.*)") or pandoc.path.normalize(pandoc.path.directory(now.chapter.file) .. "/" .. path)
  while path:find("[^/]+/%.%./") do path = path:gsub("[^/]+/%.%./", "", 1) end
  return path
end

-- Anchors are unique in a page but not in the one PDF: there all but labels get the chapter's position.
local function anchor(id, where)
  return (now.html or kind(id) or id == "") and id or ("ch" .. where.position .. "-" .. id)
end

local function key(id, where) return kind(id) and id or (where.file .. "#" .. id) end

local function register(id, number, text)
  if kind(id) and now.labels[id] then problem("#" .. id, "the label " .. id .. " is used twice") end
  now.labels[key(id, now.chapter)] = { number = number, text = text, chapter = now.chapter }
end

-- The next number of the label's kind in the chapter.
local function count(id)
  local name = kind(id)
  now.chapter.counts[name] = (now.chapter.counts[name] or 0) + 1
  local number = (now.chapter.number and now.chapter.number .. "." or "") .. now.chapter.counts[name]
  register(id, number, KINDS[name] .. NBSP .. number)
  return number
end

return {
  now = now,
  KINDS = KINDS,
  NBSP = NBSP,
  problem = problem,
  strict = strict,
  weave = weave,
  kind = kind,
  quoted = quoted,
  rooted = rooted,
  anchor = anchor,
  key = key,
  register = register,
  count = count,
}
