-- Numbers and links the book that book.py hands over as JSON, and writes its HTML pages and its Typst source.
-- Every construct is written by `weave`: markup of the format at hand around pandoc's own blocks and inlines.

local KINDS = { fig = "Figure", tbl = "Table", sec = "Section", eq = "Equation" }
local CALLOUTS = { note = "Note", tip = "Tip", warning = "Warning", important = "Important", caution = "Caution" }
local KNOWN = {
  Div = pandoc.List({ "content-visible", "content-hidden", "panel-tabset", "column-page", "column-margin",
    "layout-ncol=", "when-format=", "unless-format=", "title=", "collapse=", "appearance=" }),
  Span = pandoc.List({ "smallcaps", "underline", "mark", "unnumbered", "content-visible", "content-hidden",
    "when-format=", "unless-format=" }),
}
local NBSP = "\u{a0}"

local book = pandoc.json.decode(io.read("a"), false)
local problems, bibliography, labels = pandoc.List(), {}, {}
local format, html, chapter, tabsets

-- Report what stands at a line of the chapter, or at the first line that has `token` after the pattern `before`.
local function problem(at, message, before)
  local place = chapter.file
  local pattern = type(at) == "string" and (before or "") .. at:gsub("%p", "%%%0")
  for number, line in ipairs(chapter.lines) do
    if number == at or pattern and line[2]:find(pattern) then
      place = line[1]
      break
    end
  end
  local text = place .. ": " .. message
  if not problems:includes(text) then problems:insert(text) end
end

-- Call a function of pandoc; what it warns of is a problem.
local function strict(call, ...)
  local messages, result = pandoc.log.silence(call, ...)
  for _, message in ipairs(messages) do
    local log = pandoc.json.decode(pandoc.json.encode(message), false)
    local at = tonumber(log.pretty:match("line (%d+)")) or (log.contents or ""):match("%S[^\n]*") or ""
    if log.verbosity == "WARNING" then problem(at, (log.pretty:gsub("%s+", " "))) end
  end
  return result
end

-- Blocks from parts: strings are markup, which with the inlines beside it makes a line; blocks stay as they are.
local function weave(...)
  local blocks, line = pandoc.Blocks({}), pandoc.Inlines({})
  for _, part in ipairs(pandoc.List({ ... }) .. { pandoc.Blocks({}) }) do
    if type(part) == "string" then
      line:insert(pandoc.RawInline(format, part))
    elseif pandoc.utils.type(part) == "Inlines" then
      line:extend(part)
    else
      if #line > 0 then blocks:insert(pandoc.Plain(line)) end
      blocks:extend(part)
      line = pandoc.Inlines({})
    end
  end
  return blocks
end

local function kind(id) return KINDS[id:match("^(%a+)-")] and id:match("^(%a+)-") end
local function quoted(text) return '"' .. text:gsub('[\\"]', "\\%0") .. '"' end

-- A path written in a chapter, as a path from the project's root without dots.
local function rooted(path)
  local base = path:sub(1, 1) ~= "/" and pandoc.path.directory(chapter.file) or ""
  local parts = pandoc.List()
  for part in (base .. "/" .. path):gmatch("[^/]+") do
    if part == ".." then parts:remove() elseif part ~= "." then parts:insert(part) end
  end
  return table.concat(parts, "/")
end

-- The way up from a chapter's page to the root.
local function up() return (chapter.file:gsub("[^/]+/", "../"):gsub("[^/]*$", "")) end

-- Anchors are unique in a page but not in the one PDF: there all but labels get the chapter's position.
local function anchor(id, where)
  return (html or kind(id) or id == "") and id or ("ch" .. where.position .. "-" .. id)
end

local function register(id, number, text)
  if id == "" then return end
  if labels[id] and kind(id) then problem("#" .. id, "the label " .. id .. " is used twice") end
  labels[kind(id) and id or (chapter.file .. "#" .. id)] = { number = number, text = text, chapter = chapter }
end

-- The next number of a kind in the chapter, registered for the label.
local function count(id)
  local name = kind(id)
  chapter.counts[name] = (chapter.counts[name] or 0) + 1
  local number = (chapter.number and chapter.number .. "." or "") .. chapter.counts[name]
  register(id, number, KINDS[name] .. NBSP .. number)
  return number
end

-- First pass: numbers, and constructs in the markup of the format ------------------------------------------

local constructs

local function callout(div, name)
  local title = pandoc.Inlines(div.attributes.title or CALLOUTS[name])
  if div.content[1] and div.content[1].t == "Header" then title = div.content:remove(1).content end
  local body, collapse = div.content:walk(constructs), div.attributes.collapse
  if not html then return weave('#callout("' .. name .. '", [', title, "])[", body, "]") end
  local open, close = '<aside class="callout ' .. name .. '"><div class="callout-title">', "</div>"
  if collapse then
    local state = collapse == "false" and " open" or ""
    open, close = '<details class="callout ' .. name .. '"' .. state .. "><summary>", "</summary>"
  end
  local content = pandoc.Blocks({ pandoc.Div(body, { class = "callout-body" }) })
  return weave(open, pandoc.Inlines({ pandoc.Span(title) }), close, content, collapse and "</details>" or "</aside>")
end

local function tabset(div)
  local level = div.content[1] and div.content[1].level
  if not level then problem("panel-tabset", "a tabset starts with the heading of its first tab") end
  tabsets = tabsets + 1
  local bar, panels, id = pandoc.List(), pandoc.List(), nil
  for _, block in ipairs(div.content) do
    if block.t == "Header" and block.level == level then
      local first = #bar == 0
      id = "tab-" .. tabsets .. "-" .. #bar // 3 + 1
      local state = first and ' aria-selected="true"' or ' aria-selected="false" tabindex="-1"'
      bar:extend({
        '<button type="button" role="tab" id="' .. id .. '" aria-controls="' .. id .. '-panel"' .. state .. ">",
        block.content, "</button>",
      })
      local open = '<div role="tabpanel" tabindex="0" id="' .. id .. '-panel" aria-labelledby="' .. id .. '"'
      if html then panels:insert((first and "" or "</div>") .. open .. (first and ">" or " hidden>"))
      else panels:insert(pandoc.Blocks({ pandoc.Para({ pandoc.Strong(block.content) }) })) end
    else
      panels:insert(pandoc.Blocks({ block }):walk(constructs))
    end
  end
  if not html then return weave(table.unpack(panels)) end
  local parts = pandoc.List({ '<div class="tabset"><div role="tablist">' }) .. bar .. { "</div>" } .. panels
  return weave(table.unpack(parts .. { "</div></div>" }))
end

local function grid(columns, blocks)
  if html then return weave('<div class="layout" style="--columns: ' .. columns .. '">', { pandoc.Div(blocks) }, "</div>") end
  local parts = pandoc.List({ "#layout(" .. columns .. ")(" })
  for _, block in ipairs(blocks) do parts:extend({ "[", pandoc.Blocks({ block }), "]," }) end
  return weave(table.unpack(parts .. { ")" }))
end

-- A labelled figure or table; one inside another gets a letter.
local function float(el, caption, blocks)
  local id, outer, head = el.identifier, chapter.float, nil
  local name = kind(id)
  if outer then
    outer.parts = outer.parts + 1
    head = "(" .. string.char(96 + outer.parts) .. ")"
    register(id, outer.number, KINDS[name] .. NBSP .. outer.number .. " " .. head)
  else
    chapter.float = { number = count(id), parts = 0 }
    head = KINDS[name] .. NBSP .. chapter.float.number .. ":"
  end
  local columns = el.attributes["layout-ncol"]
  blocks = blocks:walk(constructs)
  blocks = columns and grid(columns, blocks) or blocks
  chapter.float = outer
  local text = pandoc.Inlines({ pandoc.Str(head), pandoc.Space() }) .. caption:walk(constructs)
  local result
  if html then
    local parts = pandoc.List({ blocks, "<figcaption>", text, "</figcaption>" })
    if name == "tbl" then parts:insert(parts:remove(1)) end
    local class = table.concat({ "float", name, table.unpack(el.classes) }, " ")
    result = weave('<figure id="' .. id .. '" class="' .. class .. '">', table.unpack(parts .. { "</figure>" }))
  else
    local open = "#float(" .. quoted(outer and "sub" or name) .. ", " .. tostring(el.classes:includes("column-page"))
    result = weave(open .. ", [", text, "])[", blocks, "] <" .. id .. ">")
  end
  return outer and pandoc.Div(result) or result, false
end

-- A Div with a figure's or table's label: the last paragraph is the caption.
local function labelled(div)
  local last = div.content[#div.content]
  if last and last.t == "Table" then
    local caption = pandoc.utils.blocks_to_inlines(last.caption.long)
    last.caption = {}
    div.content[#div.content] = last
    return float(div, caption, div.content)
  elseif not last or last.t ~= "Para" and last.t ~= "Plain" or #div.content == 1 then
    problem("#" .. div.identifier, "no caption for " .. div.identifier)
  end
  return float(div, pandoc.utils.blocks_to_inlines({ div.content:remove() }), div.content)
end

-- Refuse unknown classes and attributes; then what replaces a Div or Span for one format, nil for any other.
local function checked(el, allowed)
  local before = el.t == "Div" and "^%s*:::.*" or "{.*"
  for _, class in ipairs(el.classes) do
    if not KNOWN[el.t]:includes(class) and class ~= allowed then problem(class, "unknown class ." .. class, before) end
  end
  for key, value in pairs(el.attributes) do
    if not KNOWN[el.t]:includes(key .. "=") then problem(key, "unknown attribute " .. key, before) end
    if key:find("-format$") and value ~= "html" and value ~= "typst" then
      problem(value, "unknown format " .. value, "-format=.*")
    end
  end
  local when, unless = el.attributes["when-format"], el.attributes["unless-format"]
  if not when and not unless then return nil end
  local shown = (not when or when == format) and unless ~= format
  return shown == el.classes:includes("content-visible") and el.content:walk(constructs) or {}, false
end

constructs = {
  traverse = "topdown",
  Div = function(div)
    local name = (div.classes[1] or ""):match("^callout%-(.+)$")
    if not CALLOUTS[name or ""] then name = nil end
    local replaced = checked(div, name and div.classes[1])
    if replaced then return replaced, false end
    if name then return callout(div, name), false end
    if div.classes:includes("panel-tabset") then return tabset(div), false end
    if kind(div.identifier) == "fig" or kind(div.identifier) == "tbl" then return labelled(div) end
    local columns = div.attributes["layout-ncol"]
    if columns then return grid(columns, div.content:walk(constructs)), false end
    if not html and div.classes:includes("column-margin") then
      return weave("#aside[", div.content:walk(constructs), "]"), false
    end
  end,
  Span = function(span) return checked(span) end,
  CodeBlock = function(code)
    local fold, shown = code.attributes.fold, code.attributes.shown
    code.attributes.fold, code.attributes.shown = nil, nil
    if shown and not shown:find(format) then return {} end
    if not fold or not html then return code end
    return weave('<details class="code-fold"><summary>' .. fold .. "</summary>", { code }, "</details>")
  end,
  Header = function(header)
    local number
    if not header.classes:includes("unnumbered") and (header.level == 1 or chapter.number) then
      local levels = chapter.levels
      levels[header.level] = (levels[header.level] or 0) + 1
      for level = header.level + 1, 6 do levels[level] = nil end
      number = table.concat(levels, ".", 1, header.level)
    end
    local title = pandoc.utils.stringify(header)
    local text = number and ((header.level == 1 and "Chapter" or "Section") .. NBSP .. number) or title
    register(header.identifier, number or title, text)
    if header.level == 1 then
      chapter.number, chapter.title, chapter.id = number, header.content:clone(), header.identifier
    end
    if html and number then
      header.content:insert(1, pandoc.RawInline("html", '<span class="number">' .. number .. "</span> "))
    end
    header.identifier = anchor(header.identifier, chapter)
    return header
  end,
  Figure = function(figure)
    if kind(figure.identifier) ~= "fig" then return nil end
    return float(figure, pandoc.utils.blocks_to_inlines(figure.caption.long), figure.content)
  end,
  Table = function(tbl)
    if kind(tbl.identifier) ~= "tbl" then return nil end
    local bare = tbl:clone()
    bare.caption, bare.identifier = {}, ""
    return float(tbl, pandoc.utils.blocks_to_inlines(tbl.caption.long), pandoc.Blocks({ bare }))
  end,
  Para = function(para)
    for i, math in ipairs(para.content) do
      local mark = para.content[i + 1] and para.content[i + 1].t == "Space" and i + 2 or i + 1
      local id = para.content[mark] and para.content[mark].t == "Str" and para.content[mark].text:match("^{#(eq%-.+)}$")
      if math.t == "Math" and math.mathtype == "DisplayMath" and id then
        local number = "(" .. count(id) .. ")"
        for _ = i + 1, mark do para.content:remove(i + 1) end
        local open, close = '#equation("' .. number .. '")[', " <" .. id .. ">]"
        if html then
          open, close = '<span id="' .. id .. '" class="equation">', '<span class="number">' .. number .. "</span></span>"
        end
        para.content:insert(i, pandoc.RawInline(format, open))
        para.content:insert(i + 2, pandoc.RawInline(format, close))
        return para
      end
    end
  end,
}

-- Second pass: references, links, pictures ------------------------------------------------------------------

local function link(text, id, target)
  if not html then return pandoc.Link(text, "#" .. anchor(id, target)) end
  local page = target == chapter and "" or up() .. target.file:gsub("qmd$", "html")
  return pandoc.Link(text, page .. (id ~= "" and "#" .. id or ""), "", { class = "xref" })
end

local references = {
  Cite = function(cite)
    local crossed = cite.citations:filter(function(c) return kind(c.id) end)
    for _, c in ipairs(cite.citations) do
      if not kind(c.id) and not bibliography[c.id] then
        problem("@" .. c.id, "no entry " .. c.id .. " in the bibliography")
      elseif kind(c.id) and not labels[c.id] then
        problem("@" .. c.id, "nothing is labelled " .. c.id)
        return nil
      end
    end
    if #crossed == 0 then return nil end
    local inlines = pandoc.Inlines({})
    for i, c in ipairs(crossed) do
      local entry = labels[c.id]
      local bare = c.mode == "SuppressAuthor" or #c.prefix > 0
      local text = #c.prefix > 0 and c.prefix .. { pandoc.Str(NBSP) } or pandoc.Inlines({})
      text:insert(pandoc.Str(bare and entry.number or entry.text))
      inlines:extend(i > 1 and { pandoc.Str(","), pandoc.Space() } or {})
      inlines:insert(link(text, c.id, entry.chapter))
      inlines:extend(c.suffix)
    end
    return inlines
  end,
  Link = function(el)
    local path, id = el.target:match("^([^#]*)#?(.*)$")
    if el.target:match("^%a[%w+.-]*:") or el.classes:includes("xref") then return nil end
    local target = path == "" and chapter or book.chapters:find_if(function(c) return c.file == rooted(path) end)
    if not target or id ~= "" and not labels[kind(id) and id or (target.file .. "#" .. id)] then
      problem("(" .. el.target, "this link leads nowhere in the book")
      return nil
    end
    return link(el.content, (html or id ~= "") and id or target.id, target)
  end,
  Image = function(image)
    local alt = image.attributes["fig-alt"] or image.attributes.alt or pandoc.utils.stringify(image.caption)
    local path, width = rooted(image.src), image.attributes.width
    local copy = pandoc.path.join({ book.made, path })
    if image.src:match("^%a[%w+.-]*:") then
      problem("(" .. image.src, "this picture lies outside the project")
    elseif not pandoc.path.exists(copy) and not pandoc.path.exists(path) then
      problem("(" .. image.src, "there is no picture " .. path)
    elseif not pandoc.path.exists(copy) then
      pandoc.system.make_directory(pandoc.path.directory(copy), true)
      pandoc.system.copy(path, copy)
    end
    if html then
      return pandoc.Image(alt, up() .. path, image.title, { class = table.concat(image.classes, " "), width = width })
    end
    -- Typst reads a length from the file itself and keeps it within the text; a share of the width it is told.
    local size = width and not width:match("in$") and width:gsub("^([%d.]+)px$", function(px) return px * 0.75 .. "pt" end)
    return pandoc.RawInline("typst", "#picture(" .. quoted("/" .. path) .. ", " .. (size or "auto") .. ", " .. quoted(alt) .. ")")
  end,
}

-- The book in one format after the other --------------------------------------------------------------------

local function write(name, blocks, meta, template, options)
  local doc = pandoc.Pandoc(blocks, meta)
  local file = pandoc.path.join({ book.templates, template })
  options.template = pandoc.template.compile(pandoc.system.read_file(file), file)
  options.wrap_text = "none"
  local target = pandoc.path.join({ book.made, name })
  pandoc.system.make_directory(pandoc.path.directory(target), true)
  pandoc.system.write_file(target, strict(pandoc.write, strict(pandoc.utils.citeproc, doc), html and "html" or "typst-citations", options))
end

local function write_pages()
  for i, page in ipairs(book.chapters) do
    chapter = page
    local nav = book.chapters:map(function(c)
      local href = up() .. c.file:gsub("qmd$", "html")
      return { href = href, title = pandoc.Inlines(c.title), number = c.number or "", current = c == page }
    end)
    local meta = { up = up(), nav = nav, previous = nav[i - 1], next = nav[i + 1], ["page-title"] = page.title }
    for key, value in pairs(book.meta) do meta[key] = value end
    local options = { table_of_contents = true, toc_depth = 3, section_divs = true, html_math_method = "mathml" }
    write(page.file:gsub("qmd$", "html"), page.blocks, meta, "page.html", options)
    print(page.file .. ": page written")
  end
end

local function write_typst()
  local blocks = pandoc.Blocks({})
  for _, part in ipairs(book.chapters) do blocks:extend(part.blocks) end
  write("book.typ", blocks, book.meta, "book.typ", { highlight_method = "idiomatic" })
end

local function build(target, finish)
  format, html, labels, tabsets = target, target == "html", {}, 0
  local levels = {}
  for i, part in ipairs(book.chapters) do
    chapter = part
    part.counts, part.levels, part.position, part.number, part.title = {}, levels, i, nil, nil
    part.blocks = part.source:walk(constructs)
    if not part.title then problem(1, "a chapter starts with a heading of level 1") end
  end
  for _, part in ipairs(book.chapters) do
    chapter = part
    part.blocks = part.blocks:walk(references)
  end
  if #problems == 0 then finish() end
end

book.chapters = pandoc.List(book.chapters)
chapter = { file = "_quarto.yml", lines = {} }
if book.meta.bibliography then
  local all = { nocite = { pandoc.Cite({}, { pandoc.Citation("*", "NormalCitation") }) }, bibliography = book.meta.bibliography }
  for _, entry in ipairs(pandoc.utils.references(pandoc.Pandoc({}, all))) do bibliography[entry.id] = true end
end
for _, part in ipairs(book.chapters) do
  chapter = part
  local text = table.concat(pandoc.List.map(part.lines, function(line) return line[2] end), "\n")
  part.source = strict(pandoc.read, text, "markdown+table_attributes").blocks
end
build("html", write_pages)
build("typst", write_typst)
if #problems > 0 then
  io.stderr:write(table.concat(problems, "\n"))
  os.exit(1)
end
